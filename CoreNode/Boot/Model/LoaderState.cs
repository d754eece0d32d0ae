using System.Text;

namespace CoreNode.Boot.Model;

/// <summary>
/// What the loader is told, and tells: a file of GRUB's own kind ("environment block") beside the copies of the boot
/// stage. The loader reads the order and the trial, and takes the trial away before it begins it, so that a trial is
/// one. All of it lies in the first sector, which a disk writes whole or not at all.
/// </summary>
public sealed record LoaderState
{
    /// <summary>The copies there are, as the loader takes them where it is told nothing.</summary>
    public const string Copies = "ab";

    private const int FileBytes = 1024;
    private const string Magic = "# GRUB Environment Block\n";

    /// <summary>The copies in the order in which they are tried: "ab" or "ba".</summary>
    public string Order { get; init; } = Copies;

    /// <summary>The copy that is to be tried once, at the next start; the loader takes it away.</summary>
    public char? Trial { get; init; }

    /// <summary>The copy whose trial was asked for; stays until it is settled.</summary>
    public char? Asked { get; init; }

    /// <summary>Nothing is tried, and that copy comes first.</summary>
    public static LoaderState Of(char first) => new() { Order = $"{first}{Other(first)}" };

    /// <summary>The other copy.</summary>
    public static char Other(char copy) => copy == 'a' ? 'b' : 'a';

    /// <summary>Reads the file as the loader does: what is damaged or missing is as if nothing was said.</summary>
    public static LoaderState Parse(ReadOnlySpan<byte> file)
    {
        string text = Encoding.ASCII.GetString(file);
        LoaderState state = new();
        if (!text.StartsWith(Magic, StringComparison.Ordinal))
            return state;
        foreach (string line in text.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : line[(equals + 1)..];
            state = (equals < 0 ? "" : line[..equals]) switch
            {
                "order" when value is "a b" or "b a" => state with { Order = $"{value[0]}{value[2]}" },
                "trial" => state with { Trial = Copy(value) },
                "asked" => state with { Asked = Copy(value) },
                _ => state,
            };
        }

        return state;
    }

    /// <summary>The file.</summary>
    public byte[] Format()
    {
        byte[] file = new byte[FileBytes];
        file.AsSpan().Fill((byte)'#');
        Encoding.ASCII.GetBytes(
            $"{Magic}order={Order[0]} {Order[1]}\ntrial={Trial}\nasked={Asked}\n", file);
        return file;
    }

    /// <summary>The copy of that name; null if there is none.</summary>
    public static char? Copy(string name) => name is "a" or "b" ? name[0] : null;
}
