using System.Buffers.Binary;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Wal;

/// <summary>
/// The first block of a segment (docs/formats.md, "WAL segment"). It has a page of its own, so that no later write
/// touches it, and is durable before the segment gets its name: a bad header is damage, never a torn write.
/// </summary>
internal sealed record SegmentHeader
{
    /// <summary>Bytes of the header; frames start here.</summary>
    public const int Length = 4096;

    /// <summary>The version that this program writes and the newest that it reads.</summary>
    public const uint Version = 1;

    private const int VersionOffset = 8;
    private const int ChecksumOffset = 12;
    private const int ProgramOffset = 88;
    private const int ProgramLength = 16;

    private static ReadOnlySpan<byte> Magic => "CNWAL\r\n\x1A"u8;

    /// <summary>Sequence and first index, as in the file name.</summary>
    public required SegmentName Name { get; init; }

    /// <summary>Whose log it is.</summary>
    public required WalIdentity Identity { get; init; }

    /// <summary>Where the frames of the segment before end; 0 in the first one.</summary>
    public required long PreviousEnd { get; init; }

    /// <summary>The chain value there.</summary>
    public required uint PreviousChain { get; init; }

    /// <summary>The hard state when this segment began.</summary>
    public required WalHardState HardState { get; init; }

    /// <summary>Version of the program that wrote it.</summary>
    public required string Program { get; init; }

    /// <summary>What every frame's checksum and the chain of this segment start from.</summary>
    public uint Seed => Crc32C.Append(
        Crc32C.Append(Crc32C.Append(0, Identity.ClusterId), Identity.Node.Value), Name.Sequence);

    /// <summary>Fills the whole block.</summary>
    public void Encode(Span<byte> block)
    {
        block.Clear();
        Magic.CopyTo(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block[VersionOffset..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(block[16..], Name.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(block[24..], Name.FirstIndex.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(block[32..], Identity.ClusterId);
        BinaryPrimitives.WriteUInt64LittleEndian(block[40..], Identity.Node.Value);
        BinaryPrimitives.WriteInt64LittleEndian(block[48..], PreviousEnd);
        BinaryPrimitives.WriteUInt32LittleEndian(block[56..], PreviousChain);
        BinaryPrimitives.WriteUInt64LittleEndian(block[64..], HardState.Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(block[72..], HardState.Vote.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(block[80..], HardState.Commit.Value);
        ReadOnlySpan<char> program = Program.AsSpan(0, Math.Min(Program.Length, ProgramLength));
        Encoding.ASCII.GetBytes(program, block.Slice(ProgramOffset, ProgramLength));
        BinaryPrimitives.WriteUInt32LittleEndian(block[ChecksumOffset..], Checksum(block));
    }

    /// <summary>
    /// Reads the block of the file at <paramref name="path"/>, which must be the segment of that name.
    /// </summary>
    /// <exception cref="CorruptionException">It is damaged, of another place or of a newer format.</exception>
    public static SegmentHeader Decode(ReadOnlySpan<byte> block, string path, SegmentName name)
    {
        if (block.Length < Length)
            throw Damaged(path, block.Length, "the segment's header is cut off");
        if (!block.StartsWith(Magic))
            throw Damaged(path, 0, "the file does not start as a WAL segment does");
        if (BinaryPrimitives.ReadUInt32LittleEndian(block[ChecksumOffset..]) != Checksum(block))
            throw Damaged(path, 0, "the segment's header does not match its checksum");
        string program = Encoding.ASCII.GetString(block.Slice(ProgramOffset, ProgramLength)).TrimEnd('\0');
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(block[VersionOffset..]);
        if (version is 0 or > Version)
        {
            throw new CorruptionException(path, VersionOffset, $"WAL format version {version}, written by CoreNode "
                + $"{program}, but this program reads versions up to {Version}", $"Start CoreNode {program} or newer");
        }

        SegmentHeader header = Parse(block, program);
        if (header.Name != name)
        {
            throw Damaged(
                path, 16,
                $"the header says that the segment's name is {header.Name.FileName}: it was renamed or copied");
        }

        return header;
    }

    private static SegmentHeader Parse(ReadOnlySpan<byte> block, string program) => new()
    {
        Name = new SegmentName(
            BinaryPrimitives.ReadUInt64LittleEndian(block[16..]),
            new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(block[24..]))),
        Identity = new WalIdentity(
            BinaryPrimitives.ReadUInt64LittleEndian(block[32..]),
            new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(block[40..]))),
        PreviousEnd = BinaryPrimitives.ReadInt64LittleEndian(block[48..]),
        PreviousChain = BinaryPrimitives.ReadUInt32LittleEndian(block[56..]),
        HardState = new WalHardState(
            new Term(BinaryPrimitives.ReadUInt64LittleEndian(block[64..])),
            new NodeId(BinaryPrimitives.ReadUInt64LittleEndian(block[72..])),
            new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(block[80..]))),
        Program = program,
    };

    // Magic, version and this checksum keep their places in every later version, so that any program can tell a newer
    // format from damage.
    private static uint Checksum(ReadOnlySpan<byte> block)
    {
        uint crc = Crc32C.Compute(block[..ChecksumOffset]);
        return Crc32C.Append(crc, block[(ChecksumOffset + sizeof(uint))..Length]);
    }

    private static CorruptionException Damaged(string path, long offset, string what) =>
        new(path, offset, what, WalLog.WhatToDo);
}
