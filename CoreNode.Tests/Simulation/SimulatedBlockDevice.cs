using CoreNode.Foundation;
using CoreNode.Platform.Blocks;

namespace CoreNode.Tests.Simulation;

/// <summary>
/// A disk that forgets: what was written since the last sync may be lost when the power fails, sector by sector and in
/// any order; the sector that is being written may be torn. It cuts the power itself, at a step that the test chooses.
/// </summary>
internal sealed class SimulatedBlockDevice : IBlockDevice
{
    private readonly byte[] _disk;
    private readonly byte[] _seen;
    private readonly int _sectorBytes;
    private readonly List<long> _unsynced = [];
    private readonly List<(long Offset, int Length)> _written = [];
    private int _steps;

    public SimulatedBlockDevice(ReadOnlySpan<byte> image, int sectorBytes)
    {
        _disk = image.ToArray();
        _seen = image.ToArray();
        _sectorBytes = sectorBytes;
    }

    public string Path => "disk";

    public long LengthBytes => _disk.Length;

    public int? SectorSizeBytes => _sectorBytes;

    /// <summary>Writes and syncs so far.</summary>
    public int Steps => _steps;

    /// <summary>The write or sync at which the power fails, from 0; none if negative.</summary>
    public int CutAt { get; init; } = -1;

    /// <summary>Draws what reaches the disk at a cut; null: nothing that was not synced does.</summary>
    public Prng? Chance { get; init; }

    /// <summary>Chance that an unsynced sector reaches the disk.</summary>
    public double KeptShare { get; init; } = 0.5;

    /// <summary>True for a disk that says it has synced and has not.</summary>
    public bool LiesAboutSync { get; set; }

    /// <summary>What was written, in order.</summary>
    public IReadOnlyList<(long Offset, int Length)> Written => _written;

    /// <summary>What the disk holds now that the power is gone.</summary>
    public ReadOnlySpan<byte> Image => _disk;

    /// <summary>What a process finds that starts after the one that wrote was killed: synced or not.</summary>
    public ReadOnlySpan<byte> Seen => _seen;

    public void Read(long offset, Span<byte> buffer)
    {
        CheckEnd(offset, buffer.Length);
        _seen.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        CheckEnd(offset, data.Length);
        Invariant.That(offset % _sectorBytes == 0 && data.Length % _sectorBytes == 0, "whole sectors are written");
        _written.Add((offset, data.Length));
        data.CopyTo(_seen.AsSpan((int)offset));
        for (long at = offset; at < offset + data.Length; at += _sectorBytes)
            _unsynced.Add(at);
        CutIfDue();
    }

    public void Sync()
    {
        CutIfDue();
        if (LiesAboutSync)
            return;
        foreach (long at in _unsynced)
            Keep(at, _sectorBytes);
        _unsynced.Clear();
    }

    public ReadBackWay ReadBack(long offset, Span<byte> buffer)
    {
        CheckEnd(offset, buffer.Length);
        _disk.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
        return ReadBackWay.Direct;
    }

    public void Dispose()
    {
    }

    /// <summary>The power fails while nothing is written: what was not synced is lost or kept by chance.</summary>
    public void FailPower()
    {
        foreach (long at in _unsynced)
        {
            if (Chance is null || !Chance.Chance(KeptShare))
                continue;
            // A torn sector: its first part is new, the rest old.
            Keep(at, Chance.Chance(0.05) ? Chance.Next(_sectorBytes) : _sectorBytes);
        }
    }

    private void CutIfDue()
    {
        if (_steps++ != CutAt)
            return;
        FailPower();
        throw new PowerCutException();
    }

    private void Keep(long offset, int length) =>
        _seen.AsSpan((int)offset, length).CopyTo(_disk.AsSpan((int)offset));

    private void CheckEnd(long offset, int length)
    {
        if (offset < 0 || offset > LengthBytes - length)
            throw new IOException($"disk has {LengthBytes} bytes: there are no {length} bytes at {offset}");
    }
}
