using System.Buffers.Binary;
using System.Text;

namespace CoreNode.Tests.Disks.Gpt;

/// <summary>
/// An image with a GPT, written from the text of the UEFI specification (2.10, chapter 5) and with nothing of the
/// product's code: what it writes is what the product must read.
/// </summary>
internal sealed record TestDisk
{
    public int SectorBytes { get; init; } = 512;

    public int Sectors { get; init; } = 256;

    public Guid DiskId { get; init; } = new("0fc63daf-8483-4772-8e79-3d69d8477de4");

    public int EntryCount { get; init; } = 128;

    public int EntryBytes { get; init; } = 128;

    public IReadOnlyList<TestPartition> Partitions { get; init; } = [];

    public int EntrySectors => (EntryCount * EntryBytes + SectorBytes - 1) / SectorBytes;

    public ulong FirstUsable => (ulong)(2 + EntrySectors);

    public ulong LastUsable => (ulong)(Sectors - 2 - EntrySectors);

    /// <summary>The whole image; what lies in no table is filled with something that must stay.</summary>
    public byte[] Build()
    {
        byte[] image = new byte[Sectors * SectorBytes];
        for (ulong at = FirstUsable * (ulong)SectorBytes; at < (LastUsable + 1) * (ulong)SectorBytes; at++)
            image[at] = (byte)((at * 31 >> 3) & 0xFF);
        WriteBootRecord(image);
        byte[] entries = Entries();
        entries.CopyTo(image, 2 * SectorBytes);
        entries.CopyTo(image, (Sectors - 1 - EntrySectors) * SectorBytes);
        Header(1, (ulong)(Sectors - 1), 2, entries).CopyTo(image, SectorBytes);
        Header((ulong)(Sectors - 1), 1, (ulong)(Sectors - 1 - EntrySectors), entries)
            .CopyTo(image, (Sectors - 1) * SectorBytes);
        return image;
    }

    /// <summary>Writes boot record and tables to a file, which gets the disk's length; the rest is holes.</summary>
    public void WriteTables(Stream file)
    {
        byte[] first = new byte[2 * SectorBytes];
        WriteBootRecord(first);
        byte[] entries = Entries();
        Header(1, (ulong)(Sectors - 1), 2, entries).CopyTo(first, SectorBytes);
        file.Write(first);
        file.Write(entries);
        file.Position = (long)(Sectors - 1 - EntrySectors) * SectorBytes;
        file.Write(entries);
        file.Write(Header((ulong)(Sectors - 1), 1, (ulong)(Sectors - 1 - EntrySectors), entries));
    }

    /// <summary>Makes the checksum of a header fit again after a test changed a field.</summary>
    public void Sign(byte[] image, int sector)
    {
        Span<byte> header = image.AsSpan(sector * SectorBytes, SectorBytes);
        int size = (int)Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian(header[12..]), 92, (uint)SectorBytes);
        header.Slice(16, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum(header[..size]));
    }

    /// <summary>Makes the checksum over the entries and the header's own fit again.</summary>
    public void SignEntries(byte[] image, int headerSector, int entriesSector)
    {
        uint checksum = Checksum(image.AsSpan(entriesSector * SectorBytes, EntryCount * EntryBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(headerSector * SectorBytes + 88), checksum);
        Sign(image, headerSector);
    }

    /// <summary>CRC-32, bit by bit.</summary>
    public static uint Checksum(ReadOnlySpan<byte> data)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte one in data)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return crc ^ 0xFFFFFFFF;
    }

    private byte[] Entries()
    {
        byte[] all = new byte[EntrySectors * SectorBytes];
        foreach (TestPartition one in Partitions)
        {
            Span<byte> entry = all.AsSpan((one.Number - 1) * EntryBytes, EntryBytes);
            one.Type.TryWriteBytes(entry);
            one.Id.TryWriteBytes(entry[16..]);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], one.First);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], one.Last);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[48..], one.Attributes);
            Encoding.Unicode.GetBytes(one.Label).CopyTo(entry[56..]);
        }

        return all;
    }

    private byte[] Header(ulong own, ulong other, ulong entriesSector, byte[] entries)
    {
        byte[] header = new byte[SectorBytes];
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), 0x00010000);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), 92);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), own);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32), other);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(40), FirstUsable);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(48), LastUsable);
        DiskId.TryWriteBytes(header.AsSpan(56));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(72), entriesSector);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(80), (uint)EntryCount);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(84), (uint)EntryBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(
            header.AsSpan(88), Checksum(entries.AsSpan(0, EntryCount * EntryBytes)));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), Checksum(header.AsSpan(0, 92)));
        return header;
    }

    private void WriteBootRecord(byte[] image)
    {
        image[446 + 4] = 0xEE;
        image[446 + 8] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(446 + 12), (uint)Sectors - 1);
        image[510] = 0x55;
        image[511] = 0xAA;
    }
}
