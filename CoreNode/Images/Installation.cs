using System.Buffers.Binary;
using System.Security.Cryptography;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Platform.Blocks;

namespace CoreNode.Images;

/// <summary>
/// A system that is written to a disk. First of all the old table goes, the new one comes last, once everything else
/// has been read back: a disk on which this was broken off starts nothing. One thread; owns nothing.
/// </summary>
public sealed class Installation
{
    /// <summary>The least room for what a machine keeps, where the source does not bring it.</summary>
    public const long LeastStateBytes = 256 << 20;

    private const int PieceBytes = 1 << 20;
    private const int SyncEvery = 64;

    private readonly InstallSource _source;
    private readonly IBlockDevice _target;
    private readonly DiskShape _shape;
    private readonly GptTable _table;
    private readonly List<(long At, int Length, byte[] Hash)> _written = [];

    private Installation(InstallSource source, IBlockDevice target, DiskShape shape, GptTable table) =>
        (_source, _target, _shape, _table) = (source, target, shape, table);

    /// <summary>Room for what the machine will keep.</summary>
    public long StateBytes => (long)_table.Find(_source.State.Number)!.Sectors * _shape.SectorSizeBytes;

    /// <summary>Plans it; nothing is written.</summary>
    /// <param name="source">What is written.</param>
    /// <param name="target">The disk.</param>
    /// <param name="diskId">The id that the disk gets, drawn by chance.</param>
    /// <exception cref="IOException">The disk is too small, or has other sectors.</exception>
    public static Installation Plan(InstallSource source, IBlockDevice target, Guid diskId)
    {
        int sector = source.SectorSizeBytes;
        if (target.SectorSizeBytes is { } own && own != sector)
        {
            throw new IOException($"{target.Path} has sectors of {own} bytes, and {source.Name} is for sectors of "
                + $"{sector}: nothing was written; take an image for such disks");
        }

        long state = source.Parts[^1].Content?.LengthBytes ?? LeastStateBytes;
        long start = (long)source.State.FirstSector * sector;
        long tables = 33L * sector + source.Table.EntryCount * 128L;
        long needed = start + state + tables;
        if (target.LengthBytes < needed || DiskShape.Of(target.LengthBytes, sector) is not { } shape)
        {
            throw new IOException($"{target.Path} has {TargetLook.Size(target.LengthBytes)}, and {source.Name} needs "
                + $"{TargetLook.Size(needed)}: {TargetLook.Size(needed - target.LengthBytes)} more; nothing was "
                + "written; take a larger disk");
        }

        ulong least = source.State.FirstSector + (ulong)(state / sector) - 1;
        GptTable table = source.Table.WithDiskId(diskId).WithEnd(source.State.Number, least);
        ulong usable = GptPlaces.Fresh(shape, table).LastUsable;
        ulong end = FirstBoot.End(table, table.Find(source.State.Number)!, usable, sector);
        table = table.WithEnd(source.State.Number, end);
        GptPlan plan = GptPlan.Install(table, shape);
        return plan.Obstacle is null
            ? new Installation(source, target, shape, table)
            : throw new IOException($"{target.Path}: {plan.Obstacle}");
    }

    /// <summary>Writes it all, reads it back, and then writes the table.</summary>
    /// <exception cref="IOException">The disk fails, or gives back something else than was written.</exception>
    public void Run(InstallProgress progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        // Told before anything is: from here on a disk on which this is broken off holds no system.
        progress("writing", 0, TotalBytes);
        int edge = (int)Math.Min(PieceBytes, _target.LengthBytes / 2 / _shape.SectorSizeBytes * _shape.SectorSizeBytes);
        long end = (long)_shape.Sectors * _shape.SectorSizeBytes;
        VerifiedWrite.Run(_target, [new GptWrite(0, new byte[edge]), new GptWrite(end - edge, new byte[edge])]);
        WriteParts(progress, cancellation);
        Compare(progress, cancellation);
        IReadOnlyList<GptStage> stages = GptPlan.Install(_table, _shape).Stages;
        VerifiedWrite.Run(_target, stages[0].Writes);
        VerifiedWrite.Run(_target, [new GptWrite(0, BootSector())]);
        VerifiedWrite.Run(_target, stages[1].Writes);
    }

    private long TotalBytes => _source.Parts.Sum(static part => part.Content?.LengthBytes ?? 0);

    private void WriteParts(InstallProgress progress, CancellationToken cancellation)
    {
        long done = 0;
        byte[] piece = new byte[PieceBytes];
        foreach (InstallPart part in _source.Parts)
        {
            long start = (long)part.Partition.FirstSector * _shape.SectorSizeBytes;
            if (part.Content is not { } content)
            {
                Empty(part, start);
                continue;
            }

            for (long at = 0; at < content.LengthBytes;)
            {
                cancellation.ThrowIfCancellationRequested();
                int length = (int)Math.Min(piece.Length, content.LengthBytes - at);
                content.Read(at, piece.AsSpan(0, length));
                Write(start + at, piece.AsSpan(0, length));
                at += length;
                progress("writing", done += length, TotalBytes);
            }
        }

        _target.Sync();
    }

    // Nothing of what was there before may pass for a file system or a slot.
    private void Empty(InstallPart part, long start)
    {
        long length = (long)_table.Find(part.Partition.Number)!.Sectors * _shape.SectorSizeBytes;
        byte[] zeros = new byte[(int)Math.Min(PieceBytes, length)];
        Write(start, zeros);
        Write(start + length - zeros.Length, zeros);
    }

    // Synced again and again: what is told is what is on the disk, and memory does not fill with what is not.
    private void Write(long at, ReadOnlySpan<byte> bytes)
    {
        _target.Write(at, bytes);
        _written.Add((at, bytes.Length, SHA256.HashData(bytes)));
        if (_written.Count % SyncEvery == 0)
            _target.Sync();
    }

    private void Compare(InstallProgress progress, CancellationToken cancellation)
    {
        long total = 0;
        foreach ((_, int length, _) in _written)
            total += length;
        long done = 0;
        byte[] piece = new byte[PieceBytes];
        foreach ((long at, int length, byte[] hash) in _written)
        {
            cancellation.ThrowIfCancellationRequested();
            _target.ReadBack(at, piece.AsSpan(0, length));
            if (!SHA256.HashData(piece.AsSpan(0, length)).AsSpan().SequenceEqual(hash))
            {
                throw new IOException(
                    $"{_target.Path} gave back something else than was written, between bytes {at} and {at + length}: "
                    + "the disk may be failing, and holds no system now; look at the kernel's log and replace it");
            }

            progress("comparing", done += length, total);
        }
    }

    // The loader's code, and one partition over the whole disk that says "here is a GPT" (UEFI 2.10, table 5.4).
    private byte[] BootSector()
    {
        byte[] sector = new byte[_shape.SectorSizeBytes];
        _source.BootCode.Span.CopyTo(sector);
        Span<byte> entry = sector.AsSpan(446, 16);
        ReadOnlySpan<byte> protective = [0, 0, 2, 0, 0xEE, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0];
        protective.CopyTo(entry);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], (uint)Math.Min(_shape.LastSector, uint.MaxValue));
        sector[510] = 0x55;
        sector[511] = 0xAA;
        return sector;
    }
}
