using System.Threading.Channels;
using CoreNode.Api.Fleet.Machines;
using CoreNode.Api.Wire;
using CoreNode.Units.Registry;
using CoreNode.Units.Watching;

namespace CoreNode.Api.Fleet.Own;

/// <summary>
/// Sends what a unit writes on its machines to one client, as it comes. Followed, it goes with the unit to machines
/// that get it later. A machine that cannot be asked has a line that says so. A client that reads slowly slows the
/// machines down, not this node's memory up. One run.
/// </summary>
internal sealed class JournalStream(RequestContext context, MachineDesk machines, MachineQuestion question)
{
    private const int MostLinesAhead = 256;
    private const int FlushBytes = 64 << 10;

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MostLinesAhead) { SingleReader = true });

    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<Task> _pumps = [];

    /// <summary>Streams until all was sent; followed, until the client is gone or the node stops.</summary>
    public async Task RunAsync(
        RegistryFollower follower, RegistryState state, Func<RegistryState, List<UnitPlace>> placesOf,
        CancellationToken stopping)
    {
        using CancellationTokenSource end =
            CancellationTokenSource.CreateLinkedTokenSource(context.ClientGone, stopping);
        context.Headers.ContentType = "application/x-ndjson";
        await context.FlushAsync();
        Task asking = AskAsync(follower, state, placesOf, end.Token);
        try
        {
            await SendAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more, or this node stops: what was sent was whole lines.
        }
        finally
        {
            await end.CancelAsync();
            await asking;
        }
    }

    private async Task AskAsync(
        RegistryFollower follower, RegistryState state, Func<RegistryState, List<UnitPlace>> placesOf,
        CancellationToken cancellation)
    {
        try
        {
            Begin(placesOf(state), cancellation);
            while (question.IsFollowing)
            {
                state = await follower.WaitForChangeAsync(state.Index, cancellation);
                Begin(placesOf(state), cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of following.
        }

        try
        {
            await Task.WhenAll(_pumps);
        }
        finally
        {
            _lines.Writer.Complete();
        }
    }

    private void Begin(List<UnitPlace> places, CancellationToken cancellation)
    {
        foreach (UnitPlace place in places)
        {
            if (_asked.Add(place.MachineId))
                _pumps.Add(PumpAsync(place, cancellation));
        }
    }

    private async Task PumpAsync(UnitPlace place, CancellationToken cancellation)
    {
        try
        {
            if (place.Machine is not { } machine)
                throw new IOException("the machine is gone");
            await machines.ReadJournalAsync(
                machine, question, line => TakeAsync(place, line, cancellation), cancellation);
        }
        catch (IOException fault)
        {
            await FailAsync(place, fault.Message, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more.
        }
    }

    private ValueTask TakeAsync(UnitPlace place, JournalLine line, CancellationToken cancellation)
    {
        JsonBuffer json = new(512);
        MachineJson.Write(json, line, place.MachineId);
        json.Raw("\n"u8);
        return _lines.Writer.WriteAsync(json.Written.ToArray(), cancellation);
    }

    private async Task FailAsync(UnitPlace place, string reason, CancellationToken cancellation)
    {
        JsonBuffer json = new(256);
        OwnAnswer.Text(json, "{\"machine\":"u8, place.MachineId);
        OwnAnswer.Text(json, ",\"error\":"u8, reason);
        json.Raw("}\n"u8);
        try
        {
            await _lines.Writer.WriteAsync(json.Written.ToArray(), cancellation);
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more.
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        while (await _lines.Reader.WaitToReadAsync(cancellation))
        {
            int written = 0;
            while (written < FlushBytes && _lines.Reader.TryRead(out byte[]? line))
            {
                context.Write(line);
                written += line.Length;
            }

            if ((await context.FlushAsync()).IsCompleted)
                return;
        }
    }
}
