using System.Buffers.Binary;
using System.Text;

namespace CoreNode.Boot.Model;

/// <summary>What a kernel's file says of itself (Documentation/x86/boot.rst).</summary>
public static class KernelImage
{
    /// <summary>How much of the file's beginning is to be read.</summary>
    public const int HeadBytes = 64 << 10;

    private const int SignatureAt = 0x1FE;
    private const int MagicAt = 0x202;
    private const int VersionAt = 0x20E;
    private const int LongestVersion = 256;

    /// <summary>
    /// Its version with all that belongs to it: "6.1.0-56-cloud-amd64 (debian-kernel@…) #1 SMP …"; null if these bytes
    /// do not begin a bzImage.
    /// </summary>
    public static string? Version(ReadOnlySpan<byte> head)
    {
        if (head.Length < VersionAt + 2 || BinaryPrimitives.ReadUInt16LittleEndian(head[SignatureAt..]) != 0xAA55
            || !head[MagicAt..].StartsWith("HdrS"u8))
        {
            return null;
        }

        int at = BinaryPrimitives.ReadUInt16LittleEndian(head[VersionAt..]) + 0x200;
        if (at == 0x200 || at >= head.Length)
            return null;
        ReadOnlySpan<byte> text = head[at..Math.Min(at + LongestVersion, head.Length)];
        int end = text.IndexOf((byte)0);
        return end > 0 ? Encoding.ASCII.GetString(text[..end]) : null;
    }

    /// <summary>The first word: the name of its folder of modules.</summary>
    public static string Release(string version) => version.Split(' ')[0];

    /// <summary>
    /// True if the kernel that calls itself <paramref name="running"/> (/proc/version) was started from that file: the
    /// same release and the same build.
    /// </summary>
    public static bool IsRunning(string version, string running)
    {
        const string Start = "Linux version ";
        return running.StartsWith(Start, StringComparison.Ordinal)
            && Release(running[Start.Length..]) == Release(version)
            && Build(version) is { } build && build == Build(running);
    }

    private static string? Build(string version)
    {
        int at = version.LastIndexOf(" #", StringComparison.Ordinal);
        return at < 0 ? null : version[at..].TrimEnd();
    }
}
