using System.Diagnostics;
using CoreNode.Api.Relay;
using CoreNode.Proxy;
using CoreNode.Store;
using CoreNode.Tests.Proxy;

namespace CoreNode.Tests.Api.Relay;

/// <summary>Whom a worker asks while members change: what two threads tell at once, routes that are gone.</summary>
[TestFixture, Category("Unit")]
internal sealed class UpstreamsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Of_two_changes_that_are_told_at_once_the_later_one_stays()
    {
        using Upstreams upstreams = new(new RelayOptions(), certificates: null, TimeProvider.System);
        FollowerView[] views = [ViewOf(1), ViewOf(2)];
        int newest = 0;
        Task? second = null;

        // While the first thread is about to take over what it saw, the second one learns of the next change.
        upstreams.Follow(() =>
        {
            FollowerView seen = views[newest];
            newest = 1;
            second = Task.Run(() => upstreams.Follow(() => views[newest]));
            Assert.That(second.Wait(TimeSpan.FromMilliseconds(200)), Is.False, "it did not wait for the first one");
            return seen;
        });
        await second!.WaitAsync(s_patience);
        Assert.That(upstreams.Order.All.Select(static one => one.Route.Name), Is.EqualTo(new[] { "m2" }));
    }

    [Test]
    public async Task A_request_to_a_member_that_has_left_and_is_silent_ends_at_its_deadline()
    {
        await using RawUpstream member = RawUpstream.Start("");
        using Upstreams upstreams = new(new RelayOptions(), certificates: null, TimeProvider.System);
        using CancellationTokenSource stop = new();
        Task reviewing = upstreams.RunAsync(stop.Token);
        FollowerView view = ViewOf(1, member.Url);
        upstreams.Follow(() => view);
        using UpstreamConnection connection = await upstreams.Of(view.Order[0]).ConnectAsync(CancellationToken.None);
        upstreams.Follow(static () => FollowerView.Empty);
        connection.SetDeadline(Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2));
        Task<bool> answer = connection.FillAsync().AsTask();
        Assert.That(async () => await answer.WaitAsync(s_patience), Throws.InstanceOf<UpstreamException>());
        await stop.CancelAsync();
        await reviewing;
    }

    private static FollowerView ViewOf(int member, params string[] urls)
    {
        Member made = ProxyMembers.Make(member, urls);
        Route route = new(made.Id, made.Name, made.ClientUrls[0]);
        return new FollowerView(new MemberList(ProxyMembers.Cluster, [made]), [route], []);
    }
}
