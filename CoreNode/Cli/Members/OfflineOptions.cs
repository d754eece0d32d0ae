using System.CommandLine;
using System.Globalization;
using System.Text;

namespace CoreNode.Cli.Members;

/// <summary>What the offline cluster commands share.</summary>
internal static class OfflineOptions
{
    public static Option<string> DataFolder(bool isRequired = true) => new("--data-dir")
    {
        Description = "the data folder of a stopped node",
        HelpName = "FOLDER",
        Required = isRequired,
    };

    /// <summary>Runs offline work; what goes wrong with files is told in one line.</summary>
    public static int Run(CliSession session, Func<IOfflineCluster, int> work)
    {
        if (session.Host.Offline is not { } offline)
            throw new InvalidOperationException("this process has no offline commands");
        try
        {
            return work(offline);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return session.Fail(ExitCode.Failed, fault.Message);
        }
    }

    public static void AppendNumbers(StringBuilder text, ulong index, long keys) => text.Append(
        CultureInfo.InvariantCulture, $",\"index\":{index},\"keys\":{keys}");
}
