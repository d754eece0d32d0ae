using System.Globalization;
using System.Text;

namespace CoreNode.Platform.Processes;

/// <summary>What /proc says about processes. Holds no state: any thread.</summary>
public static class ProcessTable
{

    /// <summary>One process; null if there is none of that number.</summary>
    public static ProcessEntry? Find(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"), Encoding.Latin1);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The name stands in brackets and may hold any character, brackets too: what follows the last one counts.
        int end = text.LastIndexOf(')');
        string[] fields = end < 0 ? [] : text[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20)
            return null;
        return new ProcessEntry(
            pid, Number(fields[1]), Number(fields[3]), fields[0] is "Z" or "X",
            long.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    /// <summary>The numbers of all processes that are there now.</summary>
    public static IReadOnlyList<int> All()
    {
        List<int> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), CultureInfo.InvariantCulture, out int pid))
                found.Add(pid);
        }

        return found;
    }

    /// <summary>
    /// True if that process was started with an entry of the environment, "NAME=value"; false if that cannot be seen.
    /// </summary>
    public static bool HasMark(int pid, string mark)
    {
        byte[] environment;
        try
        {
            environment = File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        byte[] wanted = Encoding.UTF8.GetBytes(mark);
        for (int at = 0; at < environment.Length;)
        {
            int length = environment.AsSpan(at).IndexOf((byte)0);
            int next = length < 0 ? environment.Length : at + length;
            if (environment.AsSpan(at, next - at).SequenceEqual(wanted))
                return true;
            at = next + 1;
        }

        return false;
    }

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);
}
