namespace CoreNode.Cli.Locks;

/// <summary>The id by which this machine takes the reboot lock (machine-id(5)), as locksmithctl does.</summary>
internal static class OwnMachine
{
    private const string IdFile = "/etc/machine-id";

    /// <summary>The id; null and why not where there is none.</summary>
    public static string? Find(out string problem)
    {
        problem = "";
        try
        {
            string id = File.ReadAllText(IdFile).Trim();
            if (id.Length > 0)
                return id;
            problem = $"{IdFile} is empty";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problem = $"{IdFile}: {fault.Message}";
        }

        return null;
    }
}
