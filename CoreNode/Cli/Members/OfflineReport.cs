using CoreNode.Store;

namespace CoreNode.Cli.Members;

/// <summary>What a data folder or a backup holds.</summary>
/// <param name="ClusterId">Hexadecimal; "0" for a backup.</param>
/// <param name="Id">The member, hexadecimal; "0" for a backup.</param>
/// <param name="Members">All members as it knows them.</param>
/// <param name="LastIndex">The last log entry that is there.</param>
/// <param name="KnownCommitted">Certainly committed up to here.</param>
/// <param name="Term">The member's term.</param>
/// <param name="Keys">Keys and directories.</param>
public sealed record OfflineReport(
    string ClusterId, string Id, IReadOnlyList<Member> Members, ulong LastIndex, ulong KnownCommitted, ulong Term,
    long Keys)
{
    /// <summary>The members besides this one, for people.</summary>
    public IEnumerable<string> Others => Members.Where(m => m.Id.ToString() != Id).Select(m =>
        $"{(m.Name.Length == 0 ? "(not started)" : m.Name)} ({m.Id}) at {string.Join(',', m.PeerUrls)}");

    /// <summary>This member's name; its id if it has none.</summary>
    public string Name => Members.FirstOrDefault(m => m.Id.ToString() == Id) is { Name.Length: > 0 } own
        ? own.Name
        : Id;
}
