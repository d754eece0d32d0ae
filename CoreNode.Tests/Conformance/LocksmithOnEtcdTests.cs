using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Conformance;

/// <summary>locksmithctl's recorded requests beside CoreNode's own commands, on etcd itself.</summary>
[TestFixture, Category("EndToEnd"), CancelAfter(120_000)]
internal sealed class LocksmithOnEtcdTests
{
    [Test]
    public async Task They_share_the_lock()
    {
        await using ServerProcess etcd = await EtcdProcess.StartAsync();
        await LocksmithScenario.PlayHereAsync(new Uri(etcd.Url));
    }

    [Test]
    public async Task Who_waits_is_woken(CancellationToken stop)
    {
        await using ServerProcess etcd = await EtcdProcess.StartAsync();
        await LocksmithScenario.WakeAsync(new Uri(etcd.Url), stop);
    }
}
