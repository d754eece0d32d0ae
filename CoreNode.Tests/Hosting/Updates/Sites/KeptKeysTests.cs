using CoreNode.Api.Peers.Requests;
using CoreNode.Hosting.Updates.Sites;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Hosting.Updates.Sites;

/// <summary>A member that starts without a leader still knows the cluster's secret.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed class KeptKeysTests
{
    private TestFolder _folder = null!;

    private string FilePath => _folder.File("nodes-secret");

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task What_the_store_said_once_is_known_at_the_next_start(CancellationToken cancellation)
    {
        StoreKeys store = new() { Secret = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)] };
        await new KeptKeys(store, FilePath).FindSecretAsync(cancellation);
        Assert.That(File.GetUnixFileMode(FilePath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        foreach (bool hangs in (bool[])[false, true])
        {
            StoreKeys later = new() { Hangs = hangs };
            byte[]? found = await new KeptKeys(later, FilePath).FindSecretAsync(cancellation);
            Assert.That(found, Is.EqualTo(store.Secret), hangs ? "it hangs without a leader" : "it knows of none");
        }
    }

    [Test]
    public async Task What_the_store_says_counts_before_what_was_kept(CancellationToken cancellation)
    {
        await new KeptKeys(new StoreKeys { Secret = new byte[32] }, FilePath).FindSecretAsync(cancellation);
        StoreKeys newer = new() { Secret = [.. Enumerable.Repeat((byte)7, 32)] };
        KeptKeys keys = new(newer, FilePath);
        Assert.That(await keys.FindSecretAsync(cancellation), Is.EqualTo(newer.Secret));
        Assert.That(
            await new KeptKeys(new StoreKeys(), FilePath).FindSecretAsync(cancellation), Is.EqualTo(newer.Secret));
    }

    [Test]
    public async Task It_is_kept_before_anybody_is_asked(CancellationToken cancellation)
    {
        Assert.That(await new KeptKeys(new StoreKeys(), FilePath).TryKeepAsync(cancellation), Is.False, "none yet");
        Assert.That(File.Exists(FilePath), Is.False);
        StoreKeys store = new() { Secret = new byte[32] };
        Assert.That(await new KeptKeys(store, FilePath).TryKeepAsync(cancellation), Is.True);
        Assert.That(File.Exists(FilePath), Is.True);
    }

    [TestCase("")]
    [TestCase("1 00")]
    [TestCase("2 0000000000000000000000000000000000000000000000000000000000000000\n")]
    [TestCase("1 000000000000000000000000000000000000000000000000000000000000000g\n")]
    public async Task What_is_no_secret_is_none(string text)
    {
        await File.WriteAllTextAsync(FilePath, text);
        Assert.That(await new KeptKeys(new StoreKeys(), FilePath).FindSecretAsync(default), Is.Null);
        Assert.That(await new KeptKeys(new StoreKeys(), FilePath + ".not").FindSecretAsync(default), Is.Null);
    }

    private sealed class StoreKeys : INodeKeys
    {
        public byte[]? Secret { get; init; }

        public bool Hangs { get; init; }

        public byte[]? TokenKey => null;

        public async ValueTask<byte[]?> FindSecretAsync(CancellationToken cancellation)
        {
            if (Hangs)
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return Secret;
        }
    }
}
