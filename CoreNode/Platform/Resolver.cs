using System.Runtime.InteropServices;

namespace CoreNode.Platform;

/// <summary>
/// The C library's resolver, for the record types that .NET has no call for. Safety: the name is marshalled for the
/// call, the buffer is pinned by its ref parameter and its length goes with it, and nothing is kept. The resolver's
/// state and its error number belong to the thread, so both calls are made on one.
/// </summary>
internal static partial class Resolver
{
    public const int HostNotFound = 1;
    public const int TryAgain = 2;
    public const int NoData = 4;

    private const int InternetClass = 1;

    /// <summary>Asks and waits, as long as resolv.conf says; the length of the answer, or -1 and an error.</summary>
    public static int Query(string name, int type, Span<byte> answer, out int error)
    {
        int length;
        try
        {
            length = Query(name, InternetClass, type, ref MemoryMarshal.GetReference(answer), answer.Length);
        }
        catch (EntryPointNotFoundException)
        {
            // Before glibc 2.34 it was in a library of its own.
            length = QueryOld(name, InternetClass, type, ref MemoryMarshal.GetReference(answer), answer.Length);
        }

        error = length < 0 ? Marshal.ReadInt32(ErrorLocation()) : 0;
        return Math.Min(length, answer.Length);
    }

    [LibraryImport("libc", EntryPoint = "res_query", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Query(string name, int kind, int type, ref byte answer, int length);

    [LibraryImport("libresolv.so.2", EntryPoint = "__res_query", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int QueryOld(string name, int kind, int type, ref byte answer, int length);

    [LibraryImport("libc", EntryPoint = "__h_errno_location")]
    private static partial nint ErrorLocation();
}
