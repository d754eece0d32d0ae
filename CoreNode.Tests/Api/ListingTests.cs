using System.Text;
using System.Text.Json;
using CoreNode.Api;
using CoreNode.Api.Wire;
using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

[TestFixture, Category("Unit")]
internal sealed class ListingTests
{
    [TestCase(false, "{\"action\":\"get\",\"node\":{\"dir\":true,\"nodes\":["
        + "{\"key\":\"/a\",\"dir\":true,\"modifiedIndex\":1,\"createdIndex\":1},"
        + "{\"key\":\"/z\",\"value\":\"v\",\"modifiedIndex\":4,\"createdIndex\":4}]}}\n")]
    [TestCase(true, "{\"action\":\"get\",\"node\":{\"dir\":true,\"nodes\":["
        + "{\"key\":\"/a\",\"dir\":true,\"nodes\":["
        + "{\"key\":\"/a/b\",\"dir\":true,\"nodes\":["
        + "{\"key\":\"/a/b/c\",\"value\":\"v\",\"modifiedIndex\":1,\"createdIndex\":1}],"
        + "\"modifiedIndex\":1,\"createdIndex\":1},"
        + "{\"key\":\"/a/e\",\"dir\":true,\"modifiedIndex\":2,\"createdIndex\":2}],"
        + "\"modifiedIndex\":1,\"createdIndex\":1},"
        + "{\"key\":\"/z\",\"value\":\"v\",\"modifiedIndex\":4,\"createdIndex\":4}]}}\n")]
    public void Hidden_keys_are_left_out_at_every_level(bool isRecursive, string expected)
    {
        IKeyspace keys = Make("/a/b/c", "/a/e/_hidden", "/_h/x", "/z");
        Assert.That(Whole(keys, "/", isRecursive), Is.EqualTo(expected));
    }

    [Test]
    public void A_directory_without_visible_children_has_no_nodes()
    {
        IKeyspace keys = Make("/a/_h");
        Assert.That(Whole(keys, "/a", true), Is.EqualTo(
            "{\"action\":\"get\",\"node\":{\"key\":\"/a\",\"dir\":true,\"modifiedIndex\":1,\"createdIndex\":1}}\n"));
    }

    [Test]
    public void A_hidden_directory_lists_when_asked_by_name() =>
        Assert.That(Whole(Make("/_h/x"), "/_h", true), Does.Contain("\"nodes\":[{\"key\":\"/_h/x\""));

    [Test]
    public void Pieces_are_bounded_and_make_up_the_whole()
    {
        Prng random = new(0xA11);
        string Part() => $"/{"ab_c"[random.Next(4)]}{random.Next(9)}";
        string Name() => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Part())) + "/f";
        string[] names = [.. Enumerable.Range(0, 3000).Select(_ => Name())];
        IKeyspace keys = Make(names);
        string whole = Whole(keys, "/", true);
        Listing listing = new(keys, Root(keys), "/"u8, true, 0);
        JsonBuffer json = new(16);
        StringBuilder pieces = new();
        bool isDone = false;
        while (!isDone)
        {
            json.Clear();
            isDone = listing.Fill(json, 100);
            Assert.That(json.Length, Is.LessThan(600));
            pieces.Append(Encoding.UTF8.GetString(json.Written));
        }

        Assert.That(pieces.ToString(), Is.EqualTo(whole));
        using JsonDocument parsed = JsonDocument.Parse(whole);
        Assert.That(CountFiles(parsed.RootElement.GetProperty("node")),
            Is.EqualTo(names.Distinct().Count(n => !n.Contains("/_", StringComparison.Ordinal))));
    }

    [Test]
    public void Hidden_keys_count_as_steps_too()
    {
        IKeyspace keys = Make([.. Enumerable.Range(0, 5000).Select(i => $"/_{i}")]);
        Listing listing = new(keys, Root(keys), "/"u8, true, 0);
        Assert.That(listing.Fill(new JsonBuffer(64), 1 << 20), Is.False);
    }

    private static int CountFiles(JsonElement node)
    {
        if (node.TryGetProperty("value", out _))
            return 1;
        return node.TryGetProperty("nodes", out JsonElement nodes) ? nodes.EnumerateArray().Sum(CountFiles) : 0;
    }

    private static KeyRecord Root(IKeyspace keys) =>
        keys.TryGet("/"u8, out KeyRecord root) ? root : throw new AssertionException("there is always a root");

    private static string Whole(IKeyspace keys, string directory, bool isRecursive)
    {
        byte[] key = Encoding.UTF8.GetBytes(directory);
        Assert.That(keys.TryGet(key, out KeyRecord record), Is.True);
        Listing listing = new(keys, record, key, isRecursive, 0);
        JsonBuffer json = new(16);
        while (!listing.Fill(json, int.MaxValue))
        {
        }

        return Encoding.UTF8.GetString(json.Written);
    }

    private static IKeyspace Make(params string[] files)
    {
        KeyStateMachine machine = new(new KvOptions(), new StoreStatistics());
        ulong index = 0;
        foreach (string file in files)
        {
            KeyCommand command = new()
            {
                Operation = KeyOperation.Set,
                Key = Encoding.UTF8.GetBytes(file),
                Value = "v"u8,
            };
            machine.Apply(command.Encode(), new LogIndex(++index), new Term(1), 0);
        }

        return machine.Publish();
    }
}
