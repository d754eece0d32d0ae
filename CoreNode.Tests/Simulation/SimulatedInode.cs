using CoreNode.Foundation;

namespace CoreNode.Tests.Simulation;

/// <summary>A file apart from its names: what the process sees, what the disk holds, the writes between.</summary>
internal sealed class SimulatedInode
{
    /// <summary>The unit that a disk writes whole.</summary>
    public const int SectorBytes = 512;

    private readonly List<Change> _unsynced = [];

    private SimulatedImage _durable = new();
    private long _reserved;

    /// <summary>As the process sees it.</summary>
    public SimulatedImage Current { get; private set; } = new();

    /// <summary>Bytes that it takes on the disk: its content, or more where room was reserved.</summary>
    public long Room => Math.Max(Current.Length, _reserved);

    /// <summary>Handles that keep it, and its room, alive without a name.</summary>
    public int OpenHandles { get; set; }

    /// <summary>Changes that no sync has made durable.</summary>
    public int UnsyncedCount => _unsynced.Count;

    public static SimulatedInode Of(ReadOnlySpan<byte> content)
    {
        SimulatedInode inode = new();
        inode.Write(0, content);
        inode.Sync();
        return inode;
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        Current.Write(offset, data);
        _unsynced.Add(new Change(offset, data.ToArray(), Length: -1));
    }

    public void Reserve(long length) => _reserved = Math.Max(_reserved, length);

    public void SetLength(long length)
    {
        _reserved = Math.Min(_reserved, length);
        Current.SetLength(length);
        _unsynced.Add(new Change(0, [], length));
    }

    public void Sync()
    {
        foreach (Change change in _unsynced)
            change.ApplyWhole(_durable);
        _unsynced.Clear();
    }

    /// <summary>
    /// A failed sync: what was pending is partly on disk, and the rest will never be written, though the process goes
    /// on seeing it, since its pages are marked clean.
    /// </summary>
    public void FailSync(Prng chance)
    {
        ApplySome(_durable, chance);
        _unsynced.Clear();
    }

    /// <summary>The process died, the machine did not.</summary>
    public SimulatedInode AfterKill()
    {
        SimulatedInode copy = new() { Current = Current.Clone(), _durable = _durable.Clone(), _reserved = _reserved };
        copy._unsynced.AddRange(_unsynced);
        return copy;
    }

    /// <summary>The machine lost power.</summary>
    public SimulatedInode AfterPowerCut(Prng chance)
    {
        SimulatedImage left = _durable.Clone();
        ApplySome(left, chance);
        return new SimulatedInode { Current = left, _durable = left.Clone() };
    }

    /// <summary>Damages the stored bit, and what the process sees of it.</summary>
    public void FlipBit(long bit)
    {
        Current.FlipBit(bit);
        if (bit / 8 < _durable.Length)
            _durable.FlipBit(bit);
    }

    private void ApplySome(SimulatedImage image, Prng chance)
    {
        // Disks differ: some keep the order of writes, some reorder, some have written everything or nothing yet.
        int manner = chance.Next(4);
        int prefix = chance.Next(_unsynced.Count + 1);
        for (int i = 0; i < _unsynced.Count; i++)
        {
            Change change = _unsynced[i];
            switch (manner)
            {
                case 0 when i < prefix:
                    change.ApplyWhole(image);
                    break;
                case 0 when i == prefix:
                    change.ApplyTorn(image, chance);
                    break;
                case 1:
                    change.ApplyTorn(image, chance);
                    break;
                case 2 when chance.Chance(0.5):
                    change.ApplyWhole(image);
                    break;
                default:
                    break;
            }
        }
    }

    private sealed record Change(long Offset, byte[] Data, long Length)
    {
        public void ApplyWhole(SimulatedImage image)
        {
            if (Length >= 0)
                image.SetLength(Length);
            else
                image.Write(Offset, Data);
        }

        public void ApplyTorn(SimulatedImage image, Prng chance)
        {
            if (Length >= 0)
            {
                if (chance.Chance(0.5))
                    ApplyWhole(image);
                return;
            }

            for (int at = 0; at < Data.Length;)
            {
                int toBoundary = SectorBytes - (int)((Offset + at) % SectorBytes);
                int count = Math.Min(toBoundary, Data.Length - at);
                if (chance.Chance(0.5))
                    image.Write(Offset + at, Data.AsSpan(at, count));
                at += count;
            }
        }
    }
}
