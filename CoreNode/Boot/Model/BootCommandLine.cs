using CoreNode.Disks.Gpt;

namespace CoreNode.Boot.Model;

/// <summary>What the kernel's command line asks of the boot stage; everything else on it is passed on.</summary>
public sealed record BootCommandLine
{
    private const string Own = "corenode.";
    private const string ById = "PARTUUID=";

    // What a loader adds for itself, and what is said anew.
    private static readonly string[] s_dropped = ["BOOT_IMAGE=", "initrd=", "corenode.slot=", "corenode.stage="];

    // Likewise where the boot stage begins anew: a trial is the loader's.
    private static readonly string[] s_loaders = ["corenode.copy=", "corenode.trial="];

    /// <summary>All of it.</summary>
    public required string Text { get; init; }

    /// <summary>The disk to start from, as a node or by the GUID of the disk; null to look for it.</summary>
    public string? Disk { get; init; }

    /// <summary>Id of a partition of that disk, such as the one that the loader was read from.</summary>
    public Guid? Partition { get; init; }

    /// <summary>The slot that was chosen before: its letter, its label or PARTUUID= and its id.</summary>
    public string? Slot { get; init; }

    /// <summary>True in the kernel of a slot: it is chosen, and its try is spent.</summary>
    public bool IsSecondStage { get; init; }

    /// <summary>True to start also what nobody who is trusted signed.</summary>
    public bool AllowsUnsigned { get; init; }

    /// <summary>How the slot is started; null for what its kernel asks for.</summary>
    public BootWay? Way { get; init; }

    /// <summary>True to come to the rescue console at once.</summary>
    public bool IsRescue { get; init; }

    /// <summary>The copy of the boot stage that the loader started; null if it did not say.</summary>
    public char? Copy { get; init; }

    /// <summary>The copy that the loader meant to try at this start.</summary>
    public char? Trial { get; init; }

    /// <summary>Words that begin like ours and mean nothing, for a warning.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Reads what /proc/cmdline says; the last one counts where one is given several times.</summary>
    public static BootCommandLine Parse(string text)
    {
        BootCommandLine line = new() { Text = text.Trim() };
        List<string> unknown = [];
        foreach (string raw in Words(text))
        {
            string word = raw.Replace("\"", "", StringComparison.Ordinal);
            if (!word.StartsWith(Own, StringComparison.Ordinal))
                continue;
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? word : word[..equals];
            string value = equals < 0 ? "1" : word[(equals + 1)..];
            if (line.With(key[Own.Length..], value) is { } next)
                line = next;
            else
                unknown.Add(word);
        }

        return line with { Unknown = unknown };
    }

    /// <summary>True if that slot is the one that was named.</summary>
    public bool Names(IReadOnlyList<GptPartition> slots, GptPartition slot)
    {
        if (Slot is not { } named)
            return false;
        if (named.StartsWith(ById, StringComparison.OrdinalIgnoreCase))
            return Guid.TryParse(named[ById.Length..], out Guid id) && id == slot.Id;
        return named == slot.Label || (named.Length == 1
            && SlotLetters.Of(slots, slot.Number) == char.ToLowerInvariant(named[0]));
    }

    /// <summary>The command line for a slot's own kernel, to which the slot is named.</summary>
    public string ForSecondStage(GptPartition slot) => Kept([], $"corenode.slot={ById}{slot.Id} corenode.stage=2");

    /// <summary>The command line for that copy of the boot stage, where no slot is chosen yet.</summary>
    public string ForRestart(char copy) => Kept(s_loaders, $"corenode.copy={copy}");

    private string Kept(string[] dropped, string own)
    {
        List<string> kept = [];
        int end = -1;
        foreach (string word in Words(Text))
        {
            // Behind that are the words for init.
            if (word == "--" && end < 0)
                end = kept.Count;
            if (end >= 0 || (!IsOneOf(s_dropped, word) && !IsOneOf(dropped, word)))
                kept.Add(word);
        }

        kept.Insert(end < 0 ? kept.Count : end, own);
        return string.Join(' ', kept);
    }

    private static bool IsOneOf(string[] starts, string word) =>
        Array.Exists(starts, one => word.StartsWith(one, StringComparison.Ordinal));

    private BootCommandLine? With(string key, string value) => key switch
    {
        "disk" => this with { Disk = value },
        "partition" => Guid.TryParse(value, out Guid id) ? this with { Partition = id } : null,
        "slot" => this with { Slot = value },
        "stage" => value is "1" or "2" ? this with { IsSecondStage = value == "2" } : null,
        "unsigned" => this with { AllowsUnsigned = value == "1" },
        "copy" => LoaderState.Copy(value) is { } copy ? this with { Copy = copy } : null,
        "trial" => LoaderState.Copy(value) is { } copy ? this with { Trial = copy } : null,
        "rescue" => this with { IsRescue = value == "1" },
        "way" => value switch
        {
            "auto" => this with { Way = null },
            "kexec" => this with { Way = BootWay.Kexec },
            "switch" => this with { Way = BootWay.SwitchRoot },
            _ => null,
        },
        _ => null,
    };

    // Spaces between words, double quotes around spaces inside of one (kernel-parameters.txt); quotes stay.
    private static List<string> Words(string text)
    {
        List<string> words = [];
        int start = -1;
        bool isQuoted = false;
        for (int at = 0; at <= text.Length; at++)
        {
            bool isEnd = at == text.Length || (!isQuoted && char.IsWhiteSpace(text[at]));
            if (!isEnd && text[at] == '"')
                isQuoted = !isQuoted;
            if (!isEnd && start < 0)
                start = at;
            if (isEnd && start >= 0)
            {
                words.Add(text[start..at]);
                start = -1;
            }
        }

        return words;
    }
}
