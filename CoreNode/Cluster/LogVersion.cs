using System.Globalization;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Cluster;

/// <summary>
/// Which commands the log may hold: the highest version that every member has announced with its attributes, kept by
/// the leader as the key "version" of the store's own. A member of an earlier version would stop at a command that it
/// does not know, so none is written before all know it. It only rises: what is in a log stays there. Version 1 is
/// everything up to <see cref="KeyOperation.SystemDelete"/>; 2 adds <see cref="KeyOperation.SystemCreate"/> and
/// <see cref="KeyOperation.SystemCompareAndSwap"/>.
/// </summary>
internal static class LogVersion
{
    /// <summary>What this program knows.</summary>
    public const ushort Own = 2;

    /// <summary>What members of a program know that announces none.</summary>
    public const ushort First = 1;

    private const string Key = "version";

    /// <summary>What all members agreed on; <see cref="First"/> before they did.</summary>
    public static int Agreed(IKeyspace keyspace) =>
        keyspace.TryGetSystem("version"u8, out ReadOnlyMemory<byte> value)
        && MemberRecords.Strings(value.Span) is [var text, ..]
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int version)
            ? version
            : First;

    /// <summary>
    /// What the leader is to agree on now: null while somebody has not told its version, or when nothing would change.
    /// </summary>
    public static int? Next(IKeyspace keyspace)
    {
        int lowest = Own;
        foreach (Member member in MemberRecords.Read(keyspace))
        {
            int announced = MemberRecords.AnnouncedLogVersion(keyspace, member.Id);
            if (announced == 0)
                return null;
            lowest = Math.Min(lowest, announced);
        }

        bool isSet = keyspace.TryGetSystem("version"u8, out _);
        return !isSet || lowest > Agreed(keyspace) ? lowest : null;
    }

    /// <summary>The log command that sets what is agreed on.</summary>
    public static byte[] SetCommand(int version) =>
        MemberRecords.SetCommand(Key, [version.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Why a command cannot be written yet; null if it can.</summary>
    public static KeyError? Refusal(KeyOperation operation, IKeyspace keyspace)
    {
        if (operation is not (KeyOperation.SystemCreate or KeyOperation.SystemCompareAndSwap)
            || Agreed(keyspace) >= Own)
        {
            return null;
        }

        IEnumerable<string> behind = MemberRecords.Read(keyspace)
            .Where(member => MemberRecords.AnnouncedLogVersion(keyspace, member.Id) < Own)
            .Select(static member => member.Name.Length > 0 ? member.Name : $"{member.Id} (not started)");
        string names = string.Join(", ", behind);
        return new KeyError(
            ErrorCode.RaftInternal,
            Encoding.UTF8.GetBytes(names.Length > 0
                ? $"corenode: members with a program too old for users and roles: {names}; update or start them first"
                : "corenode: the members are just agreeing on their versions; try again in a moment"),
            0);
    }
}
