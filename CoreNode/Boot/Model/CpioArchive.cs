using System.Globalization;
using System.Text;

namespace CoreNode.Boot.Model;

/// <summary>
/// An archive as the kernel unpacks it at its start: "newc" of cpio(5). Everything belongs to root and is from the
/// beginning of time, folders are added and all is sorted: the same entries give the same bytes.
/// </summary>
public static class CpioArchive
{
    private const int HeaderBytes = 110;
    private const int BlockBytes = 512;
    private const uint Folder = 0x41ED;

    /// <summary>Writes the whole archive.</summary>
    /// <exception cref="ArgumentException">Two entries have one path.</exception>
    public static void Write(Stream output, IEnumerable<CpioEntry> entries)
    {
        SortedDictionary<string, CpioEntry> sorted = new(StringComparer.Ordinal);
        foreach (CpioEntry one in entries)
        {
            for (int slash = one.Path.IndexOf('/'); slash > 0; slash = one.Path.IndexOf('/', slash + 1))
                sorted.TryAdd(one.Path[..slash], new CpioEntry { Path = one.Path[..slash], Mode = Folder });
            sorted.Add(one.Path, one);
        }

        long length = 0;
        uint number = 0;
        foreach (CpioEntry one in sorted.Values)
            length += Write(output, one, ++number);
        length += Write(output, new CpioEntry { Path = "TRAILER!!!", Mode = 0 }, 0);
        Pad(output, length, BlockBytes);
    }

    private static long Write(Stream output, CpioEntry entry, uint number)
    {
        byte[] name = Encoding.UTF8.GetBytes(entry.Path + "\0");
        uint links = entry.Mode == Folder ? 2u : 1u;
        // inode, mode, user, group, links, time, length, device, its own device, length of the name, checksum.
        string header = string.Create(
            CultureInfo.InvariantCulture,
            $"070701{number:X8}{entry.Mode:X8}{0:X8}{0:X8}{links:X8}{0:X8}{entry.Content.Length:X8}{0:X8}{0:X8}{0:X8}"
            + $"{0:X8}{name.Length:X8}{0:X8}");
        output.Write(Encoding.ASCII.GetBytes(header));
        output.Write(name);
        long length = HeaderBytes + name.Length;
        length += Pad(output, length, 4);
        output.Write(entry.Content.Span);
        length += entry.Content.Length;
        return length + Pad(output, length, 4);
    }

    private static int Pad(Stream output, long length, int unit)
    {
        int missing = (int)((unit - (length % unit)) % unit);
        output.Write(new byte[missing]);
        return missing;
    }
}
