using CoreNode.Overlay.Desk;

namespace CoreNode.Tests.Api.Overlay;

/// <summary>A desk that the test plays: it notes configurations and answers what it is told to.</summary>
internal sealed class FakeOverlayDesk : IOverlayDesk
{
    public List<OverlayWish> Wishes { get; } = [];

    public OverlayStatusView Status { get; set; } = new([]);

    public OverlayWishResult Result { get; set; } = new(OverlayWishKind.Stored, [], []);

    public Task<OverlayWishResult> SetAsync(OverlayWish wish, CancellationToken cancellation)
    {
        Wishes.Add(wish);
        return Task.FromResult(Result);
    }
}
