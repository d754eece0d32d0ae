using CoreNode.Reboots.Desk;

namespace CoreNode.Tests.Api.Reboots;

/// <summary>A desk that the test plays: it notes orders and goes through statuses, one for each look.</summary>
internal sealed class FakeRebootDesk : IRebootDesk
{
    private RebootStatusView _status = new() { Reason = "nobody wants a reboot", Strategy = "etcd-lock" };

    public List<RebootWish> Wishes { get; } = [];

    /// <summary>What each later look shows; the last one stays.</summary>
    public Queue<RebootStatusView> Next { get; } = [];

    public string Refusal { get; set; } = "";

    public RebootStatusView Status
    {
        get
        {
            RebootStatusView status = _status;
            if (Next.TryDequeue(out RebootStatusView? next))
                _status = next;
            return status;
        }

        set => _status = value;
    }

    public Task<RebootWishResult> OrderAsync(RebootWish wish, CancellationToken cancellation)
    {
        Wishes.Add(wish);
        return Task.FromResult(new RebootWishResult(Status, Refusal));
    }
}
