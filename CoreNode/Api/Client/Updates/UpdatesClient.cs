using System.Text.Json;
using CoreNode.Api.Client.Units;
using CoreNode.Updates.Desk;

namespace CoreNode.Api.Client.Updates;

/// <summary>The updates of the machine that is asked, typed (/corenode/v1/update). Thread-safe.</summary>
public sealed class UpdatesClient(ClientOptions options) : IDisposable
{
    private const string Root = "/corenode/v1/update";

    private readonly V2Transport _transport = new(options);

    /// <summary>How it stands.</summary>
    public async Task<AdminReply<ToldStatus>> StatusAsync(CancellationToken cancellation) =>
        AdminAnswer.Read(await _transport.SendAsync(V2Request.Plain(Root), cancellation), UpdatesJson.ParseStatus);

    /// <summary>How attempts ended.</summary>
    public async Task<AdminReply<ToldHistory>> HistoryAsync(CancellationToken cancellation) => AdminAnswer.Read(
        await _transport.SendAsync(V2Request.Plain(Root + "/history"), cancellation), UpdatesJson.ParseHistory);

    /// <summary>
    /// What a look at all that updates need finds, on every machine of the cluster; older nodes look at themselves
    /// alone, or refuse with 404.
    /// </summary>
    public async Task<AdminReply<ToldFindings>> ExamineAsync(CancellationToken cancellation) => AdminAnswer.Read(
        await _transport.SendAsync(V2Request.Plain(Root + "/doctor?cluster=true"), cancellation),
        UpdatesJson.ParseFindings);

    /// <summary>Gives an order; the status is of after it. Refused with 409 where it is not done.</summary>
    public async Task<AdminReply<ToldStatus>> OrderAsync(UpdateOrder order, CancellationToken cancellation)
    {
        V2Request request = new(HttpMethod.Post, $"{Root}/{UpdatesJson.Word(order.Kind)}", null)
        {
            Json = UpdatesJson.Write(order),
        };
        return AdminAnswer.Read(await _transport.SendAsync(request, cancellation), UpdatesJson.ParseStatus);
    }

    /// <summary>Begins to follow the status.</summary>
    public async Task<AdminReply<UpdateWatch>> WatchAsync(CancellationToken cancellation)
    {
        (V2Stream? stream, V2Reply? reply) = await _transport.OpenAsync(
            V2Request.Plain(Root + "?watch=true") with { IsWatch = true }, cancellation);
        return stream is not null
            ? new AdminReply<UpdateWatch>.Done(new UpdateWatch(stream))
            : AdminAnswer.Read<UpdateWatch>(reply!, static _ => throw new JsonException("no stream"));
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();
}
