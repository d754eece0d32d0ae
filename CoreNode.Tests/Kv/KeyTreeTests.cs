using CoreNode.Foundation;
using CoreNode.Kv;
using CoreNode.Kv.Tree;
using CoreNode.Store;

namespace CoreNode.Tests.Kv;

[TestFixture, Category("Unit")]
internal sealed class KeyTreeTests
{
    [Test]
    public void The_tree_answers_as_a_sorted_dictionary_does([Values(1UL, 2UL, 3UL, 4UL)] ulong seed)
    {
        Prng random = new(seed);
        KeyTree tree = new();
        SortedTwin twin = new();
        List<(TreeNode Root, List<byte[]> Expected)> frozen = [];
        for (int step = 0; step < 12_000; step++)
        {
            byte[] key = RandomKey(random, seed);
            bool isRemoval = random.Chance(step / 3000 % 2 == 0 ? 0.1 : 0.6);
            if (isRemoval)
                RemoveBoth(tree, twin, key, seed);
            else
                PutBoth(tree, twin, key, random);
            if (step % 2000 == 1999)
            {
                CheckNode(tree.Root, seed);
                frozen.Add((tree.Freeze(), twin.Values));
            }
        }

        foreach ((TreeNode root, List<byte[]> expected) in frozen)
            Assert.That(Walk(root), Is.EqualTo(expected), $"seed {seed}");
    }

    [Test]
    public void A_tree_built_in_order_is_the_same_as_one_written_key_by_key([Values(0, 1, 28, 29, 5000)] int count)
    {
        KeyTree written = new();
        TreeBuilder builder = new();
        for (int i = 0; i < count; i++)
        {
            KeyRecord record = KeyRecord.File(KvHarness.Bytes($"/key{i:D6}"), [], 1, 1, i % 7 == 0 ? i + 5 : 0);
            written.Seek(record.Key);
            written.Insert(record);
            builder.Add(record);
        }

        TreeNode built = builder.Build();
        Assert.That(Walk(built), Is.EqualTo(Walk(written.Root)));
        Assert.That(built.Total, Is.EqualTo(count));
        Assert.That(built.Deadline, Is.EqualTo(written.Root.Deadline));
        CheckNode(built, 0);
        CheckNode(written.Root, 0);
    }

    private static byte[] RandomKey(Prng random, ulong seed)
    {
        // Some seeds draw from few bytes, so that keys are neighbours and prefixes of one another.
        byte[] alphabet = seed % 2 == 0 ? "/ab"u8.ToArray() : [0, 1, (byte)'-', (byte)'.', (byte)'/', (byte)'0', 255];
        byte[] key = new byte[random.Next(1, seed % 2 == 0 ? 14 : 6)];
        for (int i = 0; i < key.Length; i++)
            key[i] = alphabet[random.Next(alphabet.Length)];
        return [(byte)'/', .. key];
    }

    private static void PutBoth(KeyTree tree, SortedTwin twin, byte[] key, Prng random)
    {
        long deadline = random.Chance(0.2) ? random.Next(1, 1000) : 0;
        KeyRecord record = KeyRecord.File(key, BitConverter.GetBytes(random.Next(1000)), 1, 1, deadline);
        bool isFound = tree.Seek(key);
        Assert.That(isFound, Is.EqualTo(twin.ContainsKey(key)), $"seed {random.Seed}");
        if (isFound)
            tree.Replace(record);
        else
            tree.Insert(record);
        twin[key] = record.Bytes.ToArray();
        Assert.That(tree.Root.Total, Is.EqualTo(twin.Count), $"seed {random.Seed}");
    }

    private static void RemoveBoth(KeyTree tree, SortedTwin twin, byte[] key, ulong seed)
    {
        byte[] end = KeyOrder.AfterSubtree(key);
        List<byte[]> gone = twin.Between(key, end);
        foreach (byte[] one in gone)
            twin.Remove(one);
        Assert.That(tree.RemoveSubtree(key), Is.EqualTo(gone.Count), $"seed {seed}");
        Assert.That(tree.Root.Total, Is.EqualTo(twin.Count), $"seed {seed}");
    }

    private static List<byte[]> Walk(TreeNode root)
    {
        List<byte[]> found = [];
        TreeCursor cursor = new(root, []);
        while (cursor.MoveNext())
            found.Add(cursor.Current.Bytes.ToArray());
        return found;
    }

    // Totals, deadlines, equal heights, no empty nodes, and every key findable where it is.
    private static int CheckNode(TreeNode node, ulong seed, bool isRoot = true)
    {
        Assert.That(isRoot || node.Count > 0, Is.True, $"seed {seed}: empty node");
        if (node is LeafNode leaf)
        {
            long earliest = long.MaxValue;
            foreach (KeyRecord record in leaf.Records)
            {
                Assert.That(leaf.Seek(record.Key, out _), Is.True, $"seed {seed}");
                if (record.HasExpiration)
                    earliest = Math.Min(earliest, record.ExpirationUnixNs);
            }

            Assert.That(leaf.Deadline, Is.EqualTo(earliest), $"seed {seed}: deadline of a leaf");
            return 1;
        }

        BranchNode branch = (BranchNode)node;
        long total = 0;
        long deadline = long.MaxValue;
        HashSet<int> heights = [];
        foreach (TreeNode child in branch.Children)
        {
            heights.Add(CheckNode(child, seed, isRoot: false));
            total += child.Total;
            deadline = Math.Min(deadline, child.Deadline);
        }

        Assert.That(branch.Total, Is.EqualTo(total), $"seed {seed}: total");
        Assert.That(branch.Deadline, Is.EqualTo(deadline), $"seed {seed}: deadline of a branch");
        Assert.That(heights, Has.Count.EqualTo(1), $"seed {seed}: heights differ");
        return heights.Single() + 1;
    }

    /// <summary>The same with collections of the framework.</summary>
    private sealed class SortedTwin
    {
        private readonly SortedSet<byte[]> _keys = new(Comparer<byte[]>.Create((a, b) => KeyOrder.Compare(a, b)));
        private readonly Dictionary<string, byte[]> _values = [];

        public int Count => _keys.Count;

        public List<byte[]> Values => [.. _keys.Select(key => _values[KvHarness.Text(key)])];

        public byte[] this[byte[] key]
        {
            set
            {
                _keys.Add(key);
                _values[KvHarness.Text(key)] = value;
            }
        }

        public bool ContainsKey(byte[] key) => _keys.Contains(key);

        public void Remove(byte[] key) => _keys.Remove(key);

        public List<byte[]> Between(byte[] from, byte[] end) =>
            [.. _keys.GetViewBetween(from, end).Where(key => !key.AsSpan().SequenceEqual(end))];
    }
}
