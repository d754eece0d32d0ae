using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Kv;

/// <summary>Seeded commands of all kinds over few names, so that they meet: nested, hidden, odd bytes.</summary>
internal sealed class RandomCommands(Prng random)
{
    private static readonly string[] s_names =
        ["a", "b", "ab", "a-", "a.", "_h", "_", "-", "\0", "\u00ff", "\u0080x", "a\0", "0", "longer-name-with-a-tail"];

    private static readonly string[] s_values = ["", "1", "2", "\u00ff\0", new('v', 300)];

    public string NextKey()
    {
        int depth = random.Next(1, 5);
        string key = "";
        for (int i = 0; i < depth; i++)
            key += "/" + s_names[random.Next(random.Chance(0.7) ? 4 : s_names.Length)];
        return random.Chance(0.01) ? "/" : key;
    }

    public KeyCommand Next(ulong index)
    {
        KeyCommand command = new()
        {
            Operation = NextOperation(),
            Key = KvHarness.Bytes(NextKey()),
            Value = KvHarness.Bytes(s_values[random.Next(s_values.Length)]),
            IsDirectory = random.Chance(0.2),
            IsRecursive = random.Chance(0.5),
            IsRefresh = random.Chance(0.1),
            PreviousValue = KvHarness.Bytes(random.Chance(0.5) ? "" : s_values[random.Next(s_values.Length)]),
            PreviousIndex = random.Chance(0.5) ? 0 : index - Math.Min(index, (ulong)random.Next(30)),
            ExpirationUnixNs = random.Chance(0.7) ? 0 : KvHarness.Now + random.Next(1, 2000),
        };
        if (command.Operation == KeyOperation.Expire)
            command.ExpirationUnixNs = KvHarness.Now + random.Next(1, 2000);
        else if (random.Chance(0.01))
            command.ExpirationUnixNs = -5;
        return command;
    }

    private KeyOperation NextOperation() => random.Next(100) switch
    {
        < 35 => KeyOperation.Set,
        < 45 => KeyOperation.Create,
        < 52 => KeyOperation.CreateInOrder,
        < 65 => KeyOperation.Update,
        < 75 => KeyOperation.CompareAndSwap,
        < 85 => KeyOperation.Delete,
        < 93 => KeyOperation.CompareAndDelete,
        < 96 => KeyOperation.Expire,
        _ => KeyOperation.SystemSet,
    };
}
