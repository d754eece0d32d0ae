using System.Text;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

/// <summary>
/// A listing of 200,000 keys must neither be whole in memory nor keep others waiting: the sockets' thread is
/// everybody's.
/// </summary>
[TestFixture, Category("Conformance")]
internal sealed class LargeListingTests
{
    private const int Keys = 200_000;

    [Test]
    public async Task Others_are_served_while_a_slow_reader_takes_a_large_listing()
    {
        await using ApiHarness api = await ApiHarness.StartAsync();
        await FillAsync(api.Store);
        await using RawClient slow = await RawClient.OpenAsync(api.Url, receiveBufferBytes: 4096);
        await slow.SendAsync("GET /v2/keys/dir?recursive=true HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.That((await slow.ReadHeadAsync())["Transfer-Encoding"], Is.EqualTo("chunked"));

        // Nothing is read meanwhile: the listing rests, its thread is gone, and what it holds is bounded.
        await using RawClient quick = await api.OpenAsync();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 0; i < 500; i++)
        {
            long start = TimeProvider.System.GetTimestamp();
            Assert.That((await quick.AskAsync("GET", "/v2/keys/dir/00001")).Status, Is.EqualTo(200));
            TimeSpan took = TimeProvider.System.GetElapsedTime(start);
            longest = took > longest ? took : longest;
        }

        long after = GC.GetTotalMemory(forceFullCollection: true);
        TestContext.Out.WriteLine($"longest of 500 small reads {longest.TotalMilliseconds:0.0} ms");
        Assert.That(longest, Is.LessThan(TimeSpan.FromSeconds(1)));
        Assert.That(after - before, Is.LessThan(8 << 20));

        long total = 0;
        while (await slow.ReadChunkAsync() is { } chunk)
            total += chunk.AsSpan().Count("\"key\":");
        Assert.That(total, Is.EqualTo(Keys + 1));
    }

    [Test]
    public async Task A_large_listing_ends_when_its_client_left()
    {
        CountingStore? counting = null;
        await using ApiHarness api = await ApiHarness.StartAsync(wrap: s => counting = new CountingStore(s));
        await FillAsync(api.Store);
        RawClient client = await RawClient.OpenAsync(api.Url, receiveBufferBytes: 4096);
        await client.SendAsync("GET /v2/keys?recursive=true HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.ReadHeadAsync();
        client.Reset();
        await api.StopAsync();
        Assert.That(counting!.Steps, Is.InRange(1, Keys - 1));
        await client.DisposeAsync();
    }

    internal static async Task FillAsync(MemoryKeyStore store)
    {
        for (int i = 0; i < Keys; i++)
        {
            KeyCommand command = new()
            {
                Operation = KeyOperation.Set,
                Key = Encoding.ASCII.GetBytes($"/dir/{i:00000}"),
                Value = "a value of about forty bytes, as in life."u8,
            };
            byte[] encoded = command.Encode();
            await store.ProposeAsync(encoded, CancellationToken.None);
        }
    }
}
