using FakeAi.Engine.Streaming;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Pipeline;

/// <summary>Lets a request wait for its place: its client's going away, an administrator and the engine's stopping end the wait.</summary>
internal sealed class RequestAdmission(WorkerPlaces places, StreamManager streams)
{
    /// <summary>Waits for a place. The caller disposes it however the request ends.</summary>
    /// <exception cref="AdmissionRefusedException">The queue is full, or the time is up.</exception>
    /// <exception cref="StreamCancelledException">An administrator cancelled the stream while it waited.</exception>
    /// <exception cref="OperationCanceledException">The client left, or the engine stops, while it waited.</exception>
    public async ValueTask<WorkerSlot> EnterAsync(AnswerCall call, StreamHandle handle, CancellationToken aborted)
    {
        try
        {
            var entering = places.EnterAsync(call, handle.Stopping);
            if (entering.IsCompleted)
            {
                return await entering;
            }

            await using (streams.Watch(handle, aborted))
            {
                return await entering;
            }
        }
        catch (AdmissionRefusedException refused)
        {
            handle.Lifecycle.TryMove(refused.TimedOut ? StreamState.TimedOut : StreamState.Failed);
            throw;
        }
        catch (OperationCanceledException) when (handle.Lifecycle is { State: StreamState.Cancelled, Cause: StreamCause.Admin })
        {
            throw new StreamCancelledException(handle.Context.Id);
        }
    }
}
