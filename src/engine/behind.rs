//! A sink behind a thread of its own, so that a partition is written beside its merging and counting.
//!
//! Partitions are as uneven as provinces: the last one is alone for a while, and its work need not be.

use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use arrow::array::RecordBatch;

use super::end::Sink;
use super::error::EngineError;

/// Batches that wait for the sink at most.
const AHEAD: usize = 2;

/// What the thread is told; a channel that closes without an end stops it.
enum Told {
    Put(RecordBatch),
    Finish,
}

/// Hands batches to a sink in another thread.
pub struct Behind {
    tell: Option<SyncSender<Told>>,
    working: Option<JoinHandle<Result<(), EngineError>>>,
}

impl Behind {
    pub fn new(mut sink: Box<dyn Sink>) -> Self {
        let (tell, told) = mpsc::sync_channel(AHEAD);
        let working = thread::spawn(move || {
            for told in told {
                match told {
                    Told::Put(batch) => sink.put(&batch)?,
                    Told::Finish => return sink.finish(),
                }
            }
            Ok(())
        });
        Self { tell: Some(tell), working: Some(working) }
    }

    /// Tells the thread; where it has stopped, why.
    fn tell(&mut self, told: Told) -> Result<(), EngineError> {
        let sent = self.tell.as_ref().is_some_and(|tell| tell.send(told).is_ok());
        if sent { Ok(()) } else { self.end() }
    }

    /// Waits until the thread has ended.
    fn end(&mut self) -> Result<(), EngineError> {
        self.tell = None;
        // Why it stopped was told once; what comes after is not written either.
        let Some(working) = self.working.take() else {
            return Err(EngineError::Write("the writing has stopped".into()));
        };
        working.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Sink for Behind {
    fn put(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
        self.tell(Told::Put(batch.clone()))
    }

    fn finish(mut self: Box<Self>) -> Result<(), EngineError> {
        self.tell(Told::Finish)?;
        self.end()
    }
}

impl Drop for Behind {
    /// A build that stops waits for what is being written: its folder is removed next.
    fn drop(&mut self) {
        self.tell = None;
        if let Some(working) = self.working.take() {
            let _ = working.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use arrow::array::{Int32Array, RecordBatchOptions};
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    /// Keeps the numbers it is given, up to one that it can't write.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<i32>>>);

    const UNWRITABLE: i32 = 99;
    const FINISHED: i32 = -1;

    impl Sink for Kept {
        fn put(&mut self, batch: &RecordBatch) -> Result<(), EngineError> {
            let numbers: &Int32Array = arrow::array::AsArray::as_primitive(batch.column(0));
            if numbers.value(0) == UNWRITABLE {
                return Err(EngineError::Changed);
            }
            self.0.lock().unwrap().push(numbers.value(0));
            Ok(())
        }

        fn finish(self: Box<Self>) -> Result<(), EngineError> {
            self.0.lock().unwrap().push(FINISHED);
            Ok(())
        }
    }

    fn batch(number: i32) -> RecordBatch {
        let schema = Arc::new(Schema::new(vec![Field::new("number", DataType::Int32, false)]));
        let numbers = Arc::new(Int32Array::from(vec![number]));
        let options = RecordBatchOptions::new();
        RecordBatch::try_new_with_options(schema, vec![numbers], &options).unwrap()
    }

    #[test]
    fn all_that_is_put_is_written_in_order_before_the_end() {
        let kept = Kept::default();
        let mut behind = Box::new(Behind::new(Box::new(kept.clone())));
        (0..20).for_each(|number| behind.put(&batch(number)).unwrap());
        behind.finish().unwrap();
        let expected: Vec<i32> = (0..20).chain([FINISHED]).collect();
        assert_eq!(*kept.0.lock().unwrap(), expected);
    }

    #[test]
    fn what_stops_the_writing_stops_those_who_put() {
        let kept = Kept::default();
        let mut behind = Box::new(Behind::new(Box::new(kept.clone())));
        let put = |number| behind.put(&batch(number));
        let results: Vec<_> = [1, UNWRITABLE].into_iter().chain(2..20).map(put).collect();
        // So few can wait that one of these finds the thread gone, and all after it too.
        let failed = results.iter().position(Result::is_err).unwrap();
        assert!(matches!(results[failed], Err(EngineError::Changed)));
        assert!(results[failed..].iter().all(Result::is_err) && behind.finish().is_err());
        assert_eq!(*kept.0.lock().unwrap(), [1]);
    }

    #[test]
    fn a_sink_that_is_given_up_is_not_finished() {
        let kept = Kept::default();
        let mut behind = Behind::new(Box::new(kept.clone()));
        behind.put(&batch(1)).unwrap();
        drop(behind);
        assert_eq!(*kept.0.lock().unwrap(), [1]);
    }
}
