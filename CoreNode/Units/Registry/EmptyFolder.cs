namespace CoreNode.Units.Registry;

/// <summary>
/// Folders of one unit or machine in which nothing is left, by their path below the prefix: the store keeps them when
/// their last key goes. A folder that holds only what nobody here knows may be called empty; whoever removes it does
/// so on the condition that it is.
/// </summary>
internal static class EmptyFolder
{
    private const string Metadata = "metadata";

    /// <summary>The folder of these parts, if it is one that belongs to a unit or a machine; null otherwise.</summary>
    public static string? Of(string[] parts) => parts switch
    {
        ["job" or "states" or "schedule" or "announced" or "machines", _] => $"{parts[0]}/{parts[1]}",
        ["machines", _, Metadata] => $"{parts[0]}/{parts[1]}/{Metadata}",
        _ => null,
    };

    /// <summary>True if it belongs to a unit, false if to a machine.</summary>
    public static bool IsOfUnit(string folder) =>
        folder.StartsWith("job/", StringComparison.Ordinal) || folder.StartsWith("states/", StringComparison.Ordinal);

    /// <summary>Whose it is.</summary>
    public static string OwnerOf(string folder) => folder.Split('/')[1];

    /// <summary>A key came: the folders that hold it are not empty.</summary>
    public static void Fill(RegistryEdit edit, string[] parts)
    {
        for (int i = 2; i < parts.Length; i++)
        {
            if (Of(parts[..i]) is { } folder)
                edit.EmptyFolders.Remove(folder);
        }
    }

    /// <summary>A key or a folder went: it is not there, and what held it may be empty.</summary>
    public static void Leave(RegistryEdit edit, string[] parts)
    {
        string gone = string.Join('/', parts);
        if (parts.Length < 2)
        {
            foreach (string folder in edit.EmptyFolders.Value.Keys)
            {
                if (gone.Length == 0 || folder.StartsWith(gone + "/", StringComparison.Ordinal))
                    edit.EmptyFolders.Remove(folder);
            }

            return;
        }

        edit.EmptyFolders.Remove(gone);
        if (parts is ["machines", _])
            edit.EmptyFolders.Remove($"{gone}/{Metadata}");
        for (int i = parts.Length - 1; i >= 2; i--)
        {
            if (Of(parts[..i]) is { } folder && IsEmpty(edit, folder, parts))
                edit.EmptyFolders.Set(folder, folder);
        }
    }

    private static bool IsEmpty(RegistryEdit edit, string folder, string[] parts)
    {
        if (HasProblems(edit, folder))
            return false;
        string owner = parts[1];
        return parts[0] switch
        {
            "job" => edit.Jobs.Find(owner) is null && edit.Partial.Find(owner) is null,
            "states" => edit.StatesByUnit.Find(owner) is null,
            "schedule" => edit.ScheduleByMachine.Find(owner) is null,
            "announced" => edit.Announced.Find(owner) is null,
            _ => edit.Machines.Find(owner) is not { } machine
                || (folder.Length > "machines/".Length + owner.Length && machine.Overlay.Count == 0),
        };
    }

    // They are few, and in order of their keys.
    private static bool HasProblems(RegistryEdit edit, string folder)
    {
        string below = $"{edit.Keys.Prefix}/{folder}/";
        foreach (string damaged in edit.Problems.Value.Keys)
        {
            if (damaged.StartsWith(below, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
