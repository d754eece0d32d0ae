using System.Text;
using CoreNode.Api.Limits;
using CoreNode.Overlay.Desk;

namespace CoreNode.Api.Overlay;

/// <summary>
/// The overlay networks of this machine over HTTP: /corenode/v1/overlay and what is below it (docs/overlay.md). In:
/// requests that may administer (docs/security.md). Out: what the desk knows, and configurations to it. What holds: a
/// configuration that is answered with 200 is stored, or only checked if that was asked for. Any thread.
/// </summary>
public sealed class OverlaySurface(IOverlayDesk desk) : IAdminSurface
{
    private CancellationToken _stopping;

    /// <inheritdoc/>
    void IAdminSurface.Bind(CancellationToken stopping) => _stopping = stopping;

    /// <inheritdoc/>
    Task? IAdminSurface.Answer(RequestContext context, ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        ReadOnlySpan<byte> root = "/corenode/v1/overlay"u8;
        if (!path.StartsWith(root) || (path.Length > root.Length && path[root.Length] != '/'))
            return null;
        ReadOnlySpan<byte> below = path[root.Length..];
        if (below.SequenceEqual("/config"u8))
        {
            return SetAsync(context, new OverlayWish(QueryText.Find(query, "network"u8) ?? "", "")
            {
                IsOnlyCheck = QueryText.IsSet(query, "check"u8),
                MovesLeases = QueryText.IsSet(query, "move"u8),
            });
        }

        bool isLeases = below.SequenceEqual("/leases"u8);
        if (below.Length > 0 && !isLeases)
            return context.Message(404, $"there is nothing at {Encoding.UTF8.GetString(path)}");
        if (context.Method != "GET")
            return context.MethodNotAllowed("GET");
        return context.Json(isLeases ? OverlayWire.Leases(desk.Status) : OverlayWire.Of(desk.Status));
    }

    private async Task SetAsync(RequestContext context, OverlayWish wish)
    {
        // What is asked of the desk is not for the thread that serves the sockets.
        await Task.Yield();
        try
        {
            if (context.Method != "PUT")
            {
                await context.MethodNotAllowed("PUT");
                return;
            }

            RequestBody body = await BodyReader.ReadAsync(context, OverlayWire.MaxBodyBytes);
            if (body.NoRoom is { } noRoom)
            {
                await LimitAnswer.Message(context, noRoom);
                return;
            }

            if (body.IsTooLong)
            {
                await context.Message(400, $"the body is longer than {OverlayWire.MaxBodyBytes} bytes");
                return;
            }

            // It goes on although whoever asked for it has hung up.
            OverlayWishResult result = await desk.SetAsync(
                wish with { Text = Encoding.UTF8.GetString(body.Bytes.Span) }, _stopping);
            await context.Json(
                result.Kind switch
                {
                    OverlayWishKind.Wrong => 400,
                    OverlayWishKind.Moving or OverlayWishKind.Overtaken => 409,
                    OverlayWishKind.Unavailable => 503,
                    _ => 200,
                },
                OverlayWire.Of(result));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
            context.Abort();
        }
    }
}
