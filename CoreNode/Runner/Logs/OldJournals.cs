namespace CoreNode.Runner.Logs;

/// <summary>
/// Journals of units that are not loaded here any longer. They are kept, so that people can read why something went;
/// but names come and go for years, so of all these units only those that wrote last are kept.
/// </summary>
internal static class OldJournals
{
    /// <summary>Units that are not loaded and whose journal is kept.</summary>
    public const int MostUnits = 64;

    /// <summary>Removes what is too much.</summary>
    /// <param name="folder">A folder for each unit is in it.</param>
    /// <param name="loaded">Units whose journal stays.</param>
    /// <exception cref="IOException">A folder cannot be listed or removed.</exception>
    public static void Remove(string folder, IReadOnlyCollection<string> loaded)
    {
        if (!Directory.Exists(folder))
            return;
        string[] all = Directory.GetDirectories(folder);
        if (all.Length <= loaded.Count + MostUnits)
            return;
        HashSet<string> kept = new(loaded, StringComparer.Ordinal);
        List<OldJournal> old = [];
        foreach (string path in all)
        {
            if (!kept.Contains(Path.GetFileName(path)))
                old.Add(new OldJournal(path, LastWrite(path)));
        }

        old.Sort(static (a, b) => b.Written.CompareTo(a.Written));
        for (int i = MostUnits; i < old.Count; i++)
            Directory.Delete(old[i].Path, recursive: true);
    }

    private static long LastWrite(string folder)
    {
        long last = Directory.GetLastWriteTimeUtc(folder).Ticks;
        foreach (string file in Directory.EnumerateFiles(folder))
            last = Math.Max(last, File.GetLastWriteTimeUtc(file).Ticks);
        return last;
    }

    private sealed record OldJournal(string Path, long Written);
}
