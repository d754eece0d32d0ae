using System.Runtime.InteropServices;

namespace CoreNode.Platform.Codecs;

/// <summary>
/// A packed file (.zst, .xz) read from its beginning on, unpacked piece by piece. One thread. Safety: see
/// <see cref="LibZstd"/> and <see cref="LibLzma"/>; buffers are pinned for each call, and the stream's record lies in
/// memory of its own until it is disposed.
/// </summary>
public abstract unsafe class UnpackedFile : IDisposable
{
    private const int PieceBytes = 1 << 18;

    private readonly FileStream _file;
    private readonly byte[] _piece = new byte[PieceBytes];
    private int _from;
    private int _to;

    private UnpackedFile(FileStream file) => _file = file;

    /// <summary>True if a file that begins so is packed in a way that is known.</summary>
    public static bool IsPacked(ReadOnlySpan<byte> head) => IsZstd(head) || IsXz(head);

    /// <summary>Opens one.</summary>
    /// <exception cref="IOException">It cannot be read, or is packed in no way that is known.</exception>
    public static UnpackedFile Open(string path)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            Span<byte> head = stackalloc byte[6];
            int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            file.Position = 0;
            return IsZstd(head[..length]) ? new OfZstd(file)
                : IsXz(head[..length]) ? new OfXz(file)
                : throw new IOException($"{path} is packed in no way that is known: .zst and .xz are");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Fills the buffer; less only at the end.</summary>
    /// <exception cref="IOException">The file cannot be read, is damaged, or was cut short.</exception>
    public int Read(Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            if (_from == _to)
            {
                _to = _file.Read(_piece);
                _from = 0;
            }

            int written;
            bool isOver;
            fixed (byte* to = buffer[total..], from = _piece)
                isOver = Unpack(from, ref _from, _to, to, buffer.Length - total, out written);
            total += written;
            if (_to == 0 && written == 0)
                return isOver ? total : throw new IOException($"{_file.Name} was cut short: fetch it again");
        }

        return total;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _file.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Unpacks from one piece into another; moves <paramref name="at"/>. No input at all says that none follows. True
    /// where the packed text may end.
    /// </summary>
    private protected abstract bool Unpack(
        byte* from, ref int at, int end, byte* to, int room, out int written);

    private protected abstract void End();

    private IOException Damaged() => new($"{_file.Name} is damaged: fetch it again");

    private static bool IsZstd(ReadOnlySpan<byte> head) => head is [0x28, 0xB5, 0x2F, 0xFD, ..];

    private static bool IsXz(ReadOnlySpan<byte> head) => head is [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, ..];

    private sealed class OfZstd(FileStream file) : UnpackedFile(file)
    {
        private readonly nint _context = LibZstd.CreateDecoder();
        private bool _isOver;

        private protected override bool Unpack(
            byte* from, ref int at, int end, byte* to, int room, out int written)
        {
            LibZstd.Room input = new() { Data = from, Length = (nuint)end, At = (nuint)at };
            LibZstd.Room output = new() { Data = to, Length = (nuint)room };
            nuint before = input.At;
            nuint result = LibZstd.DecompressStream(_context, &output, &input);
            if (LibZstd.IsError(result) != 0)
                throw Damaged();
            written = (int)output.At;
            at = (int)input.At;
            // Without anything to do it asks for the next frame, which need not come.
            if (written > 0 || input.At > before)
                _isOver = result == 0;
            return _isOver;
        }

        private protected override void End() => _ = LibZstd.FreeDecoder(_context);
    }

    private sealed class OfXz : UnpackedFile
    {
        // What `xz -9` wants is 65 MiB.
        private const ulong MemoryLimitBytes = 256 << 20;

        private readonly LibLzma.Stream* _stream;

        public OfXz(FileStream file)
            : base(file)
        {
            _stream = (LibLzma.Stream*)NativeMemory.AllocZeroed((nuint)sizeof(LibLzma.Stream));
            if (LibLzma.StartDecoder(_stream, MemoryLimitBytes, LibLzma.Concatenated) != LibLzma.Ok)
                throw new InsufficientMemoryException("xz has no memory to unpack data");
        }

        private protected override bool Unpack(
            byte* from, ref int at, int end, byte* to, int room, out int written)
        {
            _stream->NextIn = from + at;
            _stream->AvailableIn = (nuint)(end - at);
            _stream->NextOut = to;
            _stream->AvailableOut = (nuint)room;
            int result = LibLzma.Code(_stream, end == 0 ? LibLzma.Finish : LibLzma.Run);
            at = end - (int)_stream->AvailableIn;
            written = room - (int)_stream->AvailableOut;
            return result switch
            {
                LibLzma.StreamEnd => true,
                LibLzma.Ok or LibLzma.NoProgress => false,
                LibLzma.MemoryLimit => throw new IOException(
                    $"{_file.Name} needs more than {MemoryLimitBytes >> 20} MiB to be unpacked: unpack it before"),
                _ => throw Damaged(),
            };
        }

        private protected override void End()
        {
            LibLzma.End(_stream);
            NativeMemory.Free(_stream);
        }
    }
}
