using CoreNode.Api.Client.Units;
using CoreNode.Foundation;

namespace CoreNode.Cli.Units;

/// <summary>A unit that the cluster does not have: says so, with the name that was perhaps meant.</summary>
internal static class UnknownUnit
{
    private const int MostFiles = 1000;

    /// <summary>Tells why there is no answer about a unit, and gives the exit code.</summary>
    public static async Task<int> FailAsync<T>(UnitCall call, AdminReply<T> reply, string unit)
        where T : class =>
        reply is AdminReply<T>.Refused { Status: 404, Message.Length: > 0 }
            ? call.Session.Fail(
                ExitCode.NotFound, $"there is no unit {unit} in the cluster{await AdviceAsync(call, unit)}")
            : call.Fail(reply, unit);

    /// <summary>What to do about it, to follow the sentence.</summary>
    /// <param name="call">This run.</param>
    /// <param name="unit">The name that nothing has.</param>
    /// <param name="folder">Where files count as well; null: nowhere.</param>
    public static async Task<string> AdviceAsync(UnitCall call, string unit, string? folder = null)
    {
        // Slips in the first letter are rare, and a cluster may have very many units.
        string first = unit[0] == '\\' ? "" : unit[..1];
        AdminReply<UnitListing> reply = await call.Client.ListAsync(first + "*", call.Cancellation);
        IEnumerable<string> names = reply is AdminReply<UnitListing>.Done done
            ? done.Value.Units.Select(static one => one.Name)
            : [];
        if (folder is not null)
            names = names.Concat(FilesIn(folder.Length == 0 ? "." : folder));
        return (NearestWord.Of(unit, names) ?? UnitArguments.WithTypePutRight(unit)) is { } meant
            ? $"; did you mean {meant}?"
            : "; `corenode unit list` shows which there are";
    }

    private static List<string> FilesIn(string folder)
    {
        try
        {
            List<string> names = [];
            foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*.*"))
            {
                if (names.Count == MostFiles)
                    break;
                names.Add(file.Name);
            }

            return names;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is about a guess only.
            return [];
        }
    }
}
