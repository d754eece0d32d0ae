using System.Text;

namespace CoreNode.RebootLock.Model;

/// <summary>
/// Where the reboot lock stands in the store: the semaphore at locksmith's keys, notes beside it below a key of our
/// own, so that locksmithctl never meets them (docs/formats.md). Pure.
/// </summary>
public static class LockKeys
{
    /// <summary>Longest name of a group and longest id of a holder, in characters.</summary>
    public const int MostCharacters = 256;

    /// <summary>Where locksmith keeps its semaphores.</summary>
    public const string Locksmith = "/coreos.com/updateengine/rebootlock";

    /// <summary>Where notes stand.</summary>
    public const string Own = "/_coreos.com/rebootlock";

    /// <summary>The semaphore of a group; "" is the default one.</summary>
    public static string Semaphore(string group) => $"{Locksmith}{Part(group)}/semaphore";

    /// <summary>The directory of the notes about a group's holders.</summary>
    public static string Notes(string group) => $"{Own}{Part(group)}/holders";

    /// <summary>The note about a holder. What begins with an underscore would not be listed.</summary>
    public static string Note(string group, string holder) => $"{Notes(group)}/{Name(holder)}";

    /// <summary>When a holder was last heard of. No escaped id has a colon.</summary>
    public static string Heard(string group, string holder) => $"{Note(group, holder)}:heard";

    /// <summary>The directory of the notes about releases that went back on a machine of the group.</summary>
    public static string FailedReleases(string group) => $"{Own}{Part(group)}/failed";

    /// <summary>The note about one.</summary>
    public static string FailedRelease(string group, string version) => $"{FailedReleases(group)}/{Name(version)}";

    /// <summary>
    /// Why a name cannot be a group's (then <paramref name="isGroup"/>) or a holder's; null if it can. Only a group may
    /// be empty.
    /// </summary>
    public static string? Complaint(string name, bool isGroup)
    {
        string what = isGroup ? "the group" : "the id of a holder";
        if (name.Length == 0)
            return isGroup ? null : $"{what} is empty: name a machine by its machine id";
        if (name.Length > MostCharacters)
            return $"{what} has {name.Length} characters, at most {MostCharacters} are taken";
        if (name is "." or "..")
            return $"{what} is '{name}', which a path of the store cannot hold";
        foreach (char one in name)
        {
            if (char.IsControl(one))
                return $"{what} has control characters";
        }

        return null;
    }

    /// <summary>
    /// As Go's url.QueryEscape, which locksmith puts into its keys: what is neither letter, digit nor one of -_.~ by
    /// its UTF-8 bytes, a space as a plus.
    /// </summary>
    public static string Escape(string name)
    {
        StringBuilder text = new(name.Length);
        foreach (byte one in Encoding.UTF8.GetBytes(name))
        {
            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~')
                text.Append((char)one);
            else if (one == ' ')
                text.Append('+');
            else
                text.Append('%').Append(Digit(one >> 4)).Append(Digit(one & 15));
        }

        return text.ToString();
    }

    private static string Name(string text)
    {
        string name = Escape(text);
        return name.StartsWith('_') ? $"%5F{name[1..]}" : name;
    }

    private static string Part(string group) => group.Length == 0 ? "" : $"/groups/{Escape(group)}";

    private static char Digit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);
}
