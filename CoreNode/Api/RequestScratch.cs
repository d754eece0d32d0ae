using CoreNode.Api.Wire;

namespace CoreNode.Api;

/// <summary>
/// Working memory of the thread that handles a request, for the straight-line parts only: it must not be in use when
/// anything is awaited or another module is called, because the thread may then begin another request.
/// </summary>
internal sealed class RequestScratch
{
    private const int KeepBytes = 64 << 10;

    [ThreadStatic]
    private static RequestScratch? s_current;

    private byte[] _target = new byte[1024];
    private byte[] _form = new byte[1024];

    /// <summary>This thread's.</summary>
    public static RequestScratch Current => s_current ??= new RequestScratch();

    /// <summary>For the answer. Empty when taken.</summary>
    public JsonBuffer Json { get; } = new(4096);

    /// <summary>Empties <see cref="Json"/> and gives it back small enough to keep.</summary>
    public JsonBuffer TakeJson()
    {
        Json.Clear(KeepBytes);
        return Json;
    }

    /// <summary>Room for a request target.</summary>
    public Span<byte> Target(int length) => Room(ref _target, length);

    /// <summary>Room for the decoded parts of a form.</summary>
    public Span<byte> Form(int length) => Room(ref _form, length);

    private static Span<byte> Room(ref byte[] buffer, int length)
    {
        if (buffer.Length < length || (buffer.Length > KeepBytes && length <= KeepBytes))
            buffer = new byte[Math.Max(length, 1024)];
        return buffer;
    }
}
