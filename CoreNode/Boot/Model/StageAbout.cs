using System.Globalization;

namespace CoreNode.Boot.Model;

/// <summary>What a copy of the boot stage says of itself, in its file <c>about</c>.</summary>
/// <param name="Version">Version of the system that it was made from.</param>
/// <param name="Board">The board whose slots it starts.</param>
/// <param name="Kernel">Release of its kernel.</param>
/// <param name="KernelFile">Length and SHA-256 of the kernel's file, with a space between.</param>
/// <param name="ArchiveFile">The same of the archive.</param>
public sealed record StageAbout(string Version, string Board, string Kernel, string KernelFile, string ArchiveFile)
{
    private const string Header = "corenode boot stage 1";

    /// <summary>A file in words.</summary>
    public static string Describe(long length, ReadOnlySpan<byte> hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{length} {Convert.ToHexStringLower(hash)}");

    /// <summary>Reads it; null if it is none.</summary>
    public static StageAbout? Parse(string text)
    {
        string[] lines = text.Split('\n');
        if (lines[0] != Header)
            return null;
        StageAbout about = new("", "", "", "", "");
        foreach (string line in lines)
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            string value = space < 0 ? "" : line[(space + 1)..];
            about = (space < 0 ? "" : line[..space]) switch
            {
                "version" => about with { Version = value },
                "board" => about with { Board = value },
                "kernel" => about with { Kernel = value },
                "vmlinuz" => about with { KernelFile = value },
                "initrd" => about with { ArchiveFile = value },
                _ => about,
            };
        }

        return about.KernelFile.Length > 0 && about.ArchiveFile.Length > 0 ? about : null;
    }

    /// <summary>The file.</summary>
    public string Format() =>
        $"{Header}\nversion {Version}\nboard {Board}\nkernel {Kernel}\nvmlinuz {KernelFile}\ninitrd {ArchiveFile}\n";
}
