using CoreNode.Api.Limits;
using CoreNode.Api.Wire;

namespace CoreNode.Api.UpdateServer.Rest;

/// <summary>
/// GET /pulse?after=N&amp;wait=S: a long poll for the page and for scripts. Answers with the number of the newest
/// change as soon as there is one after N, and after S seconds at the latest.
/// </summary>
internal sealed class WatchRest(TimeProvider time)
{
    private const int LongestWait = 300;

    /// <summary>Answers it.</summary>
    public async Task PulseAsync(RestCall call)
    {
        if (call.Method != "GET")
        {
            await call.MethodNotAllowed("GET");
            return;
        }

        long after = call.QueryNumber("after", -1, long.MaxValue);
        long wait = call.QueryNumber("wait", 30, LongestWait);
        long pulse = call.Server.Pulse;
        if (after >= 0 && pulse == after && wait > 0)
        {
            if (call.Context.Client.TryTake(Resource.Watch) is { } full)
                throw new RestException(full.Status, "busy", call.Context.Client.Message(full));
            pulse = await WaitAsync(call, after, TimeSpan.FromSeconds(wait));
        }

        JsonBuffer json = new(64);
        json.Raw("{\"pulse\":"u8);
        json.Number(pulse);
        json.Raw("}"u8);
        await call.Json(json);
    }

    private async Task<long> WaitAsync(RestCall call, long after, TimeSpan wait)
    {
        using CancellationTokenSource deadline = new(wait, time);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token, call.Context.ClientGone, call.Stopping);
        try
        {
            call.Context.ExpectSilence();
            return await call.Server.WaitForPulseAsync(after, end.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return call.Server.Pulse;
        }
        finally
        {
            call.Context.Client.Release(Resource.Watch);
        }
    }
}
