using CoreNode.Api.Client;
using CoreNode.Store;

namespace CoreNode.Cli.Etcdctl;

/// <summary>etcdctl's commands on keys, except the watches.</summary>
internal static class KeyRequests
{
    private static readonly GoFlag s_ttl = new(["ttl"], GoFlagKind.Number, "seconds until the key is removed", "0");
    private static readonly GoFlag s_sort = new(["sort"], GoFlagKind.Boolean, "in order of the names");
    private static readonly GoFlag s_quorum = new(["quorum", "q"], GoFlagKind.Boolean, "ask a majority");

    public static IEnumerable<EtcdctlCommand> All =>
    [
        new("mk", "make a key that is not there yet", "<key> <value>",
            [new(["in-order"], GoFlagKind.Boolean, "make a key below the directory <key>, named by the store"), s_ttl],
            MakeAsync),
        new("mkdir", "make a directory that is not there yet", "<key>", [s_ttl],
            (session, flags) => DirectoryAsync(session, flags, KvSetOptions.Create)),
        new("rm", "remove a key or a directory", "<key>",
            [
                new(["dir"], GoFlagKind.Boolean, "also an empty directory"),
                new(["recursive", "r"], GoFlagKind.Boolean, "also a directory with everything in it"),
                new(["with-value"], GoFlagKind.Text, "only if this is its value"),
                new(["with-index"], GoFlagKind.Number, "only if this is its modified index", "0"),
            ],
            RemoveAsync),
        new("rmdir", "remove an empty directory, or a key", "<key>", [], RemoveDirectoryAsync),
        new("get", "print the value of a key", "<key>", [s_sort, s_quorum], GetAsync),
        new("ls", "list a directory", "[key]",
            [
                s_sort,
                new(["recursive", "r"], GoFlagKind.Boolean, "also everything further down"),
                new(["p"], GoFlagKind.Boolean, "a / after directories"),
                s_quorum,
            ],
            ListAsync),
        new("set", "write a key", "<key> <value>",
            [
                s_ttl,
                new(["swap-with-value"], GoFlagKind.Text, "only if this is its value"),
                new(["swap-with-index"], GoFlagKind.Number, "only if this is its modified index", "0"),
            ],
            SetAsync),
        new("setdir", "make a directory, or change a directory's lifetime", "<key>", [s_ttl],
            (session, flags) => DirectoryAsync(session, flags, KvSetOptions.None)),
        new("update", "change a key that is there", "<key> <value>", [s_ttl], UpdateAsync),
        new("updatedir", "change the lifetime of a directory that is there", "<key> <value>", [s_ttl],
            (session, flags) => DirectoryAsync(session, flags, KvSetOptions.Update)),
    ];

    private static async Task<int> GetAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string key = EtcdctlSession.Key(flags);
        var options = new KvGetOptions { IsSorted = flags.Has("sort"), IsQuorum = flags.Has("quorum") };
        KvChange change = await session.CallAsync(V2Request.Get(EtcdctlSession.Path(key), options));
        if (change.Node.IsDirectory)
            throw new EtcdctlException(EtcdctlExit.BadArguments, $"{change.Node.Key}: is a directory");
        session.Print(change);
        return EtcdctlExit.Done;
    }

    private static async Task<int> ListAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string key = flags.Arguments.Count > 0 ? flags.Arguments[0] : "/";
        var options = new KvGetOptions
        {
            IsSorted = flags.Has("sort"),
            IsQuorum = flags.Has("quorum"),
            IsRecursive = flags.Has("recursive"),
        };
        KvChange change = await session.CallAsync(V2Request.Get(EtcdctlSession.Path(key), options));
        if (session.OutputFormat == "simple")
            Keys.ChangeText.WriteListing(session.Host.Output, change.Node, flags.Has("p"));
        else
            session.Print(change);
        return EtcdctlExit.Done;
    }

    private static async Task<int> SetAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string key = EtcdctlSession.Key(flags);
        byte[] value = await session.ReadValueAsync(flags);
        var options = new KvSetOptions
        {
            TimeToLive = EtcdctlSession.Ttl(flags),
            PreviousValue = EtcdctlSession.NotEmpty(flags.Text("swap-with-value")),
            PreviousIndex = EtcdctlSession.Index(flags, "swap-with-index"),
        };
        session.Print(await session.CallAsync(V2Request.Set(EtcdctlSession.Path(key), value, options)));
        return EtcdctlExit.Done;
    }

    private static async Task<int> UpdateAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string key = EtcdctlSession.Key(flags);
        byte[] value = await session.ReadValueAsync(flags);
        KvSetOptions options = KvSetOptions.Update with { TimeToLive = EtcdctlSession.Ttl(flags) };
        session.Print(await session.CallAsync(V2Request.Set(EtcdctlSession.Path(key), value, options)));
        return EtcdctlExit.Done;
    }

    private static async Task<int> MakeAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string path = EtcdctlSession.Path(EtcdctlSession.Key(flags));
        byte[] value = await session.ReadValueAsync(flags);
        TimeSpan? ttl = EtcdctlSession.Ttl(flags);
        V2Request request = flags.Has("in-order")
            ? V2Request.CreateInOrder(path, value, ttl)
            : V2Request.Set(path, value, KvSetOptions.Create with { TimeToLive = ttl });
        session.Print(await session.CallAsync(request));
        return EtcdctlExit.Done;
    }

    private static async Task<int> DirectoryAsync(EtcdctlSession session, GoFlagSet flags, KvSetOptions options)
    {
        string path = EtcdctlSession.Path(EtcdctlSession.Key(flags));
        options = options with { IsDirectory = true, TimeToLive = EtcdctlSession.Ttl(flags) };
        KvChange change = await session.CallAsync(V2Request.Set(path, [], options));
        if (session.OutputFormat != "simple")
            session.Print(change);
        return EtcdctlExit.Done;
    }

    private static async Task<int> RemoveAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string path = EtcdctlSession.Path(EtcdctlSession.Key(flags));
        KvChange change = await session.CallAsync(V2Request.Delete(path, new KvDeleteOptions
        {
            IsDirectory = flags.Has("dir"),
            IsRecursive = flags.Has("recursive"),
            PreviousValue = EtcdctlSession.NotEmpty(flags.Text("with-value")),
            PreviousIndex = EtcdctlSession.Index(flags, "with-index"),
        }));
        PrintRemoved(session, change);
        return EtcdctlExit.Done;
    }

    private static async Task<int> RemoveDirectoryAsync(EtcdctlSession session, GoFlagSet flags)
    {
        string path = EtcdctlSession.Path(EtcdctlSession.Key(flags));
        var options = new KvDeleteOptions { IsDirectory = true };
        PrintRemoved(session, await session.CallAsync(V2Request.Delete(path, options)));
        return EtcdctlExit.Done;
    }

    // A directory has no value to show; the other formats show its indexes.
    private static void PrintRemoved(EtcdctlSession session, KvChange change)
    {
        if (!change.Node.IsDirectory || session.OutputFormat != "simple")
            session.Print(change);
    }
}
