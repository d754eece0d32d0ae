using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client;

/// <summary>Sends events to the server, in their order, beside everything else. Owned by the client's loop.</summary>
internal sealed class OutboxSender : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();

    private OutboxSender(Func<CancellationToken, Task> work) => Work = work(_end.Token);

    /// <summary>Done once nothing more is sent; never fails.</summary>
    public Task Work { get; }

    /// <summary>Begins to send.</summary>
    /// <param name="events">Oldest first.</param>
    /// <param name="boot">The machine.</param>
    /// <param name="server">Who is told.</param>
    /// <param name="tell">Is told each event that arrived, and at last how it ended.</param>
    public static OutboxSender Begin(
        IReadOnlyList<UpdateEvent> events, BootFacts boot, IUpdateServer server,
        Func<ClientMessage, CancellationToken, ValueTask> tell) =>
        new(cancellation => RunAsync(events, boot, server, tell, cancellation));

    /// <summary>Ends it, whether all is sent or not.</summary>
    public async ValueTask DisposeAsync()
    {
        End();
        await Work;
        _end.Dispose();
    }

    private static async Task RunAsync(
        IReadOnlyList<UpdateEvent> events, BootFacts boot, IUpdateServer server,
        Func<ClientMessage, CancellationToken, ValueTask> tell, CancellationToken cancellation)
    {
        // Not on the loop's own time.
        await Task.Yield();
        try
        {
            UpdateFailure? failure = null;
            foreach (UpdateEvent told in events)
            {
                failure = await server.TellAsync(told, boot, cancellation);
                if (failure is not null)
                    break;
                await tell(new ClientMessage.Happened(new UpdateFact.EventsSent(told.Number)), cancellation);
            }

            await tell(new ClientMessage.SendingEnded(failure), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What was not sent stays in the outbox.
        }
        catch (Exception fault)
        {
            UpdateFailure failure = new(UpdateError.OmahaRequest, fault.Message);
            await tell(new ClientMessage.SendingEnded(failure), cancellation)
                .AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // In the loop's own order, and not on another thread: the simulator repeats it exactly.
    private void End() => _end.Cancel();
}
