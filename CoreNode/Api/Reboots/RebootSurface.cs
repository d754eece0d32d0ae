using System.Text;
using CoreNode.Api.Limits;
using CoreNode.Reboots.Desk;

namespace CoreNode.Api.Reboots;

/// <summary>
/// The reboots of this machine over HTTP: /corenode/v1/reboot and what is below it (docs/reboots.md). In: requests that
/// may administer (docs/security.md). Out: what the desk knows, and orders to it. What holds: an order that is answered
/// with success is begun; a refusal says why. Any thread.
/// </summary>
public sealed class RebootSurface(IRebootDesk desk) : IAdminSurface
{
    private CancellationToken _stopping;

    /// <inheritdoc/>
    void IAdminSurface.Bind(CancellationToken stopping) => _stopping = stopping;

    /// <inheritdoc/>
    Task? IAdminSurface.Answer(RequestContext context, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        ReadOnlySpan<byte> root = "/corenode/v1/reboot"u8;
        if (!path.StartsWith(root) || (path.Length > root.Length && path[root.Length] != '/'))
            return null;
        if (path.Length > root.Length)
            return OrderAsync(context, Encoding.UTF8.GetString(path[(root.Length + 1)..]));
        return context.Method == "GET"
            ? context.Json(RebootWire.Of(desk.Status))
            : context.MethodNotAllowed("GET");
    }

    private async Task OrderAsync(RequestContext context, string what)
    {
        // What is asked of the desk is not for the thread that serves the sockets.
        await Task.Yield();
        try
        {
            if (RebootWire.Find(what) is not { } kind)
            {
                await context.Message(404, $"there is nothing at /corenode/v1/reboot/{what}");
                return;
            }

            if (context.Method != "POST")
            {
                await context.MethodNotAllowed("POST");
                return;
            }

            RequestBody body = await BodyReader.ReadAsync(context, RebootWire.MaxBodyBytes);
            if (body.NoRoom is { } noRoom)
            {
                await LimitAnswer.Message(context, noRoom);
                return;
            }

            ReadWish read = body.IsTooLong
                ? new ReadWish(null, $"the body is longer than {RebootWire.MaxBodyBytes} bytes")
                : RebootWire.Read(kind, body.Bytes.Span);
            if (read.Wish is not { } wish)
            {
                await context.Message(400, read.Complaint);
                return;
            }

            // An order goes on although whoever gave it has hung up.
            RebootWishResult result = await desk.OrderAsync(wish, _stopping);
            await (result.Refusal.Length > 0
                ? context.Message(409, result.Refusal)
                : context.Json(RebootWire.Of(result.Status)));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
            context.Abort();
        }
    }
}
