using CoreNode.Api.Peers.Leases;
using CoreNode.Cluster.Leases;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Store;

namespace CoreNode.Tests.Cluster.Leading;

[TestFixture, Category("Fault")]
[CancelAfter(60_000)]
internal sealed class LeaseClientTests
{
    private static readonly LeaseRenewal s_renewal = new("m", 1, TimeSpan.FromSeconds(4));
    private readonly TaskCompletionSource _others = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _questions;

    [Test]
    public async Task A_leader_s_answer_counts_also_when_it_comes_after_the_others_were_asked(CancellationToken stop)
    {
        await using LeaseClient client = new(
            static () => null, static () => [], BootClock.Instance, new LeaseClientOptions(), new NodeId(1),
            AnswerAsync);
        LeaseGrant grant = await client.RenewAsync(s_renewal, stop);
        Assert.That(grant.Kind, Is.EqualTo(LeaseGrantKind.Granted), grant.Reason);
        Assert.That(_questions, Is.EqualTo(2));
    }

    // The first question is answered when all members are asked, who do not answer at all.
    private async Task<LeaseReply> AnswerAsync(LeaseRenewal renewal, bool isRelease, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _questions) > 1)
        {
            _others.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }

        await _others.Task.WaitAsync(cancellation);
        return new LeaseReply.Granted(renewal.Duration);
    }
}
