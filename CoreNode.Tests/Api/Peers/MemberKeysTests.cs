using CoreNode.Api.Peers.Requests;

namespace CoreNode.Tests.Api.Peers;

/// <summary>The cluster's secret in the store: one for all, whoever makes it.</summary>
[TestFixture, Category("Unit"), CancelAfter(20_000)]
internal sealed class MemberKeysTests
{
    [Test]
    public async Task Members_that_make_the_secret_at_once_know_the_same_one(CancellationToken cancellation)
    {
        MemoryKeyStore store = new(new ManualTime(DateTimeOffset.UnixEpoch));
        TaskCompletionSource gate = new();
        store.Gate = gate.Task;
        Task<byte[]?> late = Bound(store).FindSecretAsync(cancellation).AsTask();
        while (store.WaitingWrites == 0)
            await Task.Delay(1, cancellation);
        store.Gate = Task.CompletedTask;
        byte[]? first = await Bound(store).FindSecretAsync(cancellation);
        gate.SetResult();
        Assert.That(first, Has.Length.EqualTo(32));
        Assert.That(await late, Is.EqualTo(first));
        Assert.That(await Bound(store).FindSecretAsync(cancellation), Is.EqualTo(first));
    }

    [Test]
    public async Task Before_there_is_a_store_nothing_is_known(CancellationToken cancellation) =>
        Assert.That(await new MemberKeys(null).FindSecretAsync(cancellation), Is.Null);

    private static MemberKeys Bound(MemoryKeyStore store)
    {
        MemberKeys keys = new("token");
        keys.Bind(store);
        return keys;
    }
}
