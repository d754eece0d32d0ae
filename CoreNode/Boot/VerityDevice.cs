using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CoreNode.Disks.Metadata;

namespace CoreNode.Boot;

/// <summary>
/// A device whose every block is checked against the root hash (dm-verity), made by the calls of linux/dm-ioctl.h.
/// </summary>
internal static class VerityDevice
{
    private const string ControlNode = "/dev/mapper/control";
    private const int HeaderBytes = 312;
    private const int SpecBytes = 40;
    private const int NameAt = 48;
    private const int SectorBytes = 512;
    private const uint IsReadOnly = 1;

    private const int Create = 3;
    private const int Remove = 4;
    private const int Resume = 6;
    private const int LoadTable = 9;

    /// <summary>Makes it and gives its node.</summary>
    /// <param name="name">Its name for device-mapper.</param>
    /// <param name="node">The slot's partition, which holds data and hashes.</param>
    /// <param name="verity">What the slot's metadata says.</param>
    public static string Open(string name, string node, SlotVerity verity)
    {
        int control = BootSystem.Open(ControlNode, writes: true);
        try
        {
            Call(control, Create, Header(name, 0));
            byte[] table = Header(name, SpecBytes + 512);
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(20), 1);
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(28), IsReadOnly);
            Span<byte> target = table.AsSpan(HeaderBytes);
            long sectors = verity.DataBlocks * (verity.DataBlockBytes / SectorBytes);
            BinaryPrimitives.WriteInt64LittleEndian(target[8..], sectors);
            Encoding.ASCII.GetBytes("verity", target[24..40]);
            Encoding.ASCII.GetBytes(Parameters(node, verity), target[SpecBytes..]);
            Call(control, LoadTable, table);
            byte[] device = Header(name, 0);
            Call(control, Resume, device);
            ulong number = BinaryPrimitives.ReadUInt64LittleEndian(device.AsSpan(40));
            // The kernel's packing of numbers: the minor one's upper bits lie above the major one.
            ulong minor = (number & 0xFF) | ((number >> 12) & ~0xFFUL);
            return string.Create(CultureInfo.InvariantCulture, $"/dev/dm-{minor}");
        }
        catch
        {
            _ = BootSystem.Control(control, Request(Remove), Header(name, 0));
            throw;
        }
        finally
        {
            _ = BootCalls.Close(control);
        }
    }

    /// <summary>Takes it away again.</summary>
    public static void Close(string name)
    {
        int control = BootSystem.TryOpen(ControlNode, writes: true);
        if (control < 0)
            return;
        _ = BootSystem.Control(control, Request(Remove), Header(name, 0));
        _ = BootCalls.Close(control);
    }

    // Documentation/admin-guide/device-mapper/verity.rst. The superblock takes one block of hashes.
    private static string Parameters(string node, SlotVerity verity)
    {
        string salt = verity.Salt.IsEmpty ? "-" : Convert.ToHexStringLower(verity.Salt.Span);
        long first = verity.HashOffsetBytes / verity.HashBlockBytes + 1;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"1 {node} {node} {verity.DataBlockBytes} {verity.HashBlockBytes} {verity.DataBlocks} {first} sha256 "
            + $"{Convert.ToHexStringLower(verity.RootHash.Span)} {salt}");
    }

    private static byte[] Header(string name, int extra)
    {
        byte[] header = new byte[HeaderBytes + extra];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 4);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), header.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), HeaderBytes);
        Encoding.ASCII.GetBytes(name, header.AsSpan(NameAt));
        return header;
    }

    // _IOWR(0xfd, nr, struct dm_ioctl).
    private static nuint Request(int number) => (3u << 30) | (HeaderBytes << 16) | (0xFDu << 8) | (uint)number;

    private static void Call(int control, int number, byte[] argument)
    {
        if (BootSystem.Control(control, Request(number), argument) == 0)
            return;
        int error = Marshal.GetLastPInvokeError();
        throw new IOException(
            $"the blocks of the slot cannot be checked (device-mapper call {number}): "
            + Marshal.GetPInvokeErrorMessage(error), error);
    }
}
