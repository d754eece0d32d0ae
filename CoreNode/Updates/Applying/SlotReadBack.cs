using System.Security.Cryptography;
using CoreNode.Platform.Blocks;

namespace CoreNode.Updates.Applying;

/// <summary>
/// Hashes what the disk holds, past the page cache; reads the next piece while one is hashed. One use.
/// </summary>
internal sealed class SlotReadBack : IDisposable
{
    private const int PieceBytes = 1 << 20;

    // Guards the fields below; whoever changes one wakes the other thread.
    private readonly object _gate = new();
    private readonly byte[][] _pieces = [new byte[PieceBytes], new byte[PieceBytes]];
    private readonly int[] _filled = [0, 0];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IBlockDevice _slot;
    private readonly WorkControl _control;
    private readonly Action<long> _progress;
    private bool _isOver;

    public SlotReadBack(IBlockDevice slot, WorkControl control, Action<long> progress) =>
        (_slot, _control, _progress) = (slot, control, progress);

    /// <summary>SHA-256 of the slot's first bytes; null if the work was stopped.</summary>
    public byte[]? Hash(long bytes)
    {
        Thread hashing = new(HashPieces) { IsBackground = true, Name = "update-hash" };
        hashing.Start();
        bool isWhole;
        try
        {
            isWhole = Read(bytes);
        }
        finally
        {
            lock (_gate)
            {
                _isOver = true;
                Monitor.PulseAll(_gate);
            }

            hashing.Join();
        }

        return isWhole ? _hash.GetHashAndReset() : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private bool Read(long bytes)
    {
        int turn = 0;
        for (long at = 0; at < bytes; turn ^= 1)
        {
            int length = (int)Math.Min(PieceBytes, bytes - at);
            lock (_gate)
            {
                while (_filled[turn] > 0)
                    Monitor.Wait(_gate);
            }

            if (!_control.WaitForDisk(length))
                return false;
            _slot.ReadBack(at, _pieces[turn].AsSpan(0, length));
            lock (_gate)
            {
                _filled[turn] = length;
                Monitor.PulseAll(_gate);
            }

            at += length;
            _progress(at);
        }

        return true;
    }

    // Hashes what was read to the end before it ends itself.
    private void HashPieces()
    {
        for (int turn = 0; ; turn ^= 1)
        {
            int length;
            lock (_gate)
            {
                while (!_isOver && _filled[turn] == 0)
                    Monitor.Wait(_gate);
                length = _filled[turn];
            }

            if (length == 0)
                return;
            _hash.AppendData(_pieces[turn].AsSpan(0, length));
            lock (_gate)
            {
                _filled[turn] = 0;
                Monitor.PulseAll(_gate);
            }
        }
    }
}
