using System.Text;
using CoreNode.Api.Limits;
using CoreNode.Updates.Desk;

namespace CoreNode.Api.Updates;

/// <summary>
/// The updates of this machine over HTTP: /corenode/v1/update and what is below it (docs/updates.md). In: requests that
/// may administer (docs/security.md). Out: what the desk knows, and orders to it. What holds: an order that is answered
/// with success is begun; a refusal says why. Any thread.
/// </summary>
public sealed class UpdateSurface(IUpdateDesk desk, IUpdateExaminer? examiner = null) : IAdminSurface
{
    private CancellationToken _stopping;

    /// <inheritdoc/>
    void IAdminSurface.Bind(CancellationToken stopping) => _stopping = stopping;

    /// <inheritdoc/>
    Task? IAdminSurface.Answer(RequestContext context, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        ReadOnlySpan<byte> root = "/corenode/v1/update"u8;
        if (!path.StartsWith(root) || (path.Length > root.Length && path[root.Length] != '/'))
            return null;
        return AnswerAsync(
            context, Encoding.UTF8.GetString(path[root.Length..]), IsSet(query, "watch"u8), IsSet(query, "cluster"u8));
    }

    // What is asked of the desk is not for the thread that serves the sockets.
    private async Task AnswerAsync(RequestContext context, string what, bool isWatch, bool isCluster)
    {
        await Task.Yield();
        try
        {
            await (what switch
            {
                "" or "/history" or "/doctor" when context.Method != "GET" => context.MethodNotAllowed("GET"),
                "" when isWatch => WatchAsync(context),
                "" => Status(context, desk.Status),
                "/history" => context.Json(UpdateJson.Of(desk.History)),
                "/doctor" when examiner is not null =>
                    context.Json(UpdateJson.Of(await (isCluster
                        ? examiner.ExamineClusterAsync(_stopping) : examiner.ExamineAsync(_stopping)))),
                _ => OrderAsync(context, what),
            });
        }
        catch (OperationCanceledException)
        {
            // The node stops.
            context.Abort();
        }
    }

    private static bool IsSet(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name)
    {
        FormReader form = new(query, new byte[query.Length]);
        while (form.MoveNext())
        {
            if (form.Name.SequenceEqual(name))
                return form.Value.SequenceEqual("true"u8) || form.Value.SequenceEqual("1"u8);
        }

        return false;
    }

    private static Task Status(RequestContext context, UpdateStatusView view) => context.Json(UpdateJson.Of(view));

    // One line now and one for each change, until the client is gone or the node stops.
    private async Task WatchAsync(RequestContext context)
    {
        if (context.Client.TryTake(Resource.Watch) is { } full)
        {
            await LimitAnswer.Message(context, full);
            return;
        }

        using CancellationTokenSource end =
            CancellationTokenSource.CreateLinkedTokenSource(context.ClientGone, _stopping);
        try
        {
            context.BeginLines();
            context.ExpectSilence();
            UpdateStatusView view = desk.Status;
            while (true)
            {
                context.Write(UpdateJson.Of(view).Written);
                if ((await context.FlushAsync()).IsCompleted)
                    return;
                view = await desk.WaitForChangeAsync(view.Number, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // What was sent were whole lines.
        }
        finally
        {
            context.Client.Release(Resource.Watch);
        }
    }

    private async Task OrderAsync(RequestContext context, string what)
    {
        if (UpdateOrders.Find(what[1..]) is not { } kind)
        {
            await context.Message(404, $"there is nothing at /corenode/v1/update{what}");
            return;
        }

        if (context.Method != "POST")
        {
            await context.MethodNotAllowed("POST");
            return;
        }

        RequestBody body = await BodyReader.ReadAsync(context, UpdateOrders.MaxBodyBytes);
        if (body.NoRoom is { } noRoom)
        {
            await LimitAnswer.Message(context, noRoom);
            return;
        }

        if (body.IsTooLong)
        {
            await context.Message(413, $"the body is longer than {UpdateOrders.MaxBodyBytes} bytes");
            return;
        }

        ReadOrder read = UpdateOrders.Read(kind, body.Bytes.Span, context.Caller.IsMachineAdmin);
        if (read.Order is not { } order)
        {
            await context.Message(read.Status, read.Complaint);
            return;
        }

        // An order goes on although whoever gave it has hung up.
        UpdateOrderResult result = await desk.OrderAsync(order, _stopping);
        await (result.Refusal.Length > 0
            ? context.Message(409, result.Refusal)
            : Status(context, result.Status));
    }
}
