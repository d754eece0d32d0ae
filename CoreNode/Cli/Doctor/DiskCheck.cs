using System.Globalization;

namespace CoreNode.Cli.Doctor;

/// <summary>Looks at the room that a data folder has.</summary>
internal static class DiskCheck
{
    private const long ProblemBytes = 100_000_000;
    private const long WarningBytes = 1_000_000_000;

    /// <summary>The folder's file system; a finding also if there is no such folder.</summary>
    public static Finding Check(string folder)
    {
        string full = Path.GetFullPath(folder);
        if (!Directory.Exists(full))
        {
            return Finding.Problem(
                $"data folder {full}", "there is no such folder", "name the one of --data-dir of the node");
        }

        try
        {
            DriveInfo drive = new(full);
            return Judge(full, drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Finding.Problem($"data folder {full}", fault.Message, "look at the disk");
        }
    }

    /// <summary>Whether so much room is enough.</summary>
    internal static Finding Judge(string folder, long freeBytes, long totalBytes)
    {
        string what = $"data folder {folder}";
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{freeBytes / 1e9:0.0} of {totalBytes / 1e9:0.0} GB free");
        const string advice = "free some room: without any nothing can be written";
        if (freeBytes < ProblemBytes)
            return Finding.Problem(what, text, advice);
        return freeBytes < WarningBytes || freeBytes < totalBytes / 20
            ? Finding.Warning(what, text, advice)
            : Finding.Ok(what, text);
    }
}
