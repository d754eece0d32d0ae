using System.Runtime.InteropServices;

namespace CoreNode.Systemd;

/// <summary>
/// libsystemd's functions of fixed arity (its variadic ones have none that C# can call by the rules). The library is
/// opened at the first call: without it that call throws <see cref="DllNotFoundException"/>.
/// Safety: handles are opaque numbers that one thread owns; a pointer given is to a local or pinned value that outlives
/// the call, and what the library must keep it copies (strings) or gets as a <see cref="GCHandle"/>.
/// </summary>
internal static unsafe partial class LibSystemd
{
    private const string Library = "libsystemd.so.0";

    /// <summary>What each table of methods begins with: the address of a constant of the library.</summary>
    /// <exception cref="DllNotFoundException">The library is not installed.</exception>
    public static nint ObjectVtableFormat =>
        NativeLibrary.GetExport(NativeLibrary.Load(Library), "sd_bus_object_vtable_format");

    [LibraryImport(Library, EntryPoint = "sd_bus_new")]
    public static partial int BusNew(out nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_set_address", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BusSetAddress(nint bus, string address);

    [LibraryImport(Library, EntryPoint = "sd_bus_set_bus_client")]
    public static partial int BusSetBusClient(nint bus, int isBusClient);

    [LibraryImport(Library, EntryPoint = "sd_bus_start")]
    public static partial int BusStart(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_close_unref")]
    public static partial nint BusCloseUnref(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_process")]
    public static partial int BusProcess(nint bus, nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_fd")]
    public static partial int BusGetFd(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_events")]
    public static partial int BusGetEvents(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_timeout")]
    public static partial int BusGetTimeout(nint bus, out ulong monotonicMicroseconds);

    [LibraryImport(Library, EntryPoint = "sd_bus_add_match_async", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BusAddMatchAsync(
        nint bus, nint slot, string match, delegate* unmanaged<nint, nint, BusError*, int> onMessage, nint onInstalled,
        nint userdata);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_method_call", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MessageNewMethodCall(
        nint bus, out nint message, string? destination, string path, string iface, string member);

    [LibraryImport(Library, EntryPoint = "sd_bus_call_async")]
    public static partial int BusCallAsync(
        nint bus, nint slot, nint message, delegate* unmanaged<nint, nint, BusError*, int> onReply, nint userdata,
        ulong timeoutMicroseconds);

    [LibraryImport(Library, EntryPoint = "sd_bus_add_object_vtable", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BusAddObjectVtable(
        nint bus, nint slot, string path, string iface, void* vtable, nint userdata);

    [LibraryImport(Library, EntryPoint = "sd_bus_send")]
    public static partial int BusSend(nint bus, nint message, nint cookie);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_signal", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MessageNewSignal(
        nint bus, out nint message, string path, string iface, string member);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_method_return")]
    public static partial int MessageNewMethodReturn(nint call, out nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_reply_method_error")]
    public static partial int ReplyMethodError(nint call, BusError* error);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_ref")]
    public static partial nint MessageRef(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_member")]
    public static partial nint MessageGetMember(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_unref")]
    public static partial nint MessageUnref(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_error")]
    public static partial BusError* MessageGetError(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_path")]
    public static partial nint MessageGetPath(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_basic")]
    public static partial int MessageAppendBasic(nint message, byte type, void* value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_array")]
    public static partial int MessageAppendArray(nint message, byte type, void* values, nuint length);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_open_container")]
    public static partial int MessageOpenContainer(nint message, byte type, byte* contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_close_container")]
    public static partial int MessageCloseContainer(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_read_basic")]
    public static partial int MessageReadBasic(nint message, byte type, void* value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_enter_container")]
    public static partial int MessageEnterContainer(nint message, byte type, byte* contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_exit_container")]
    public static partial int MessageExitContainer(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_skip")]
    public static partial int MessageSkip(nint message, byte* types);

    [LibraryImport(Library, EntryPoint = "sd_journal_open")]
    public static partial int JournalOpen(out nint journal, int flags);

    [LibraryImport(Library, EntryPoint = "sd_journal_open_directory", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int JournalOpenDirectory(out nint journal, string path, int flags);

    [LibraryImport(Library, EntryPoint = "sd_journal_close")]
    public static partial void JournalClose(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_add_match")]
    public static partial int JournalAddMatch(nint journal, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "sd_journal_add_disjunction")]
    public static partial int JournalAddDisjunction(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_seek_head")]
    public static partial int JournalSeekHead(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_seek_tail")]
    public static partial int JournalSeekTail(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_previous_skip")]
    public static partial int JournalPreviousSkip(nint journal, ulong entries);

    [LibraryImport(Library, EntryPoint = "sd_journal_next")]
    public static partial int JournalNext(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_data")]
    public static partial int JournalGetData(nint journal, byte* field, out byte* data, out nuint length);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_realtime_usec")]
    public static partial int JournalGetRealtime(nint journal, out ulong microseconds);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_fd")]
    public static partial int JournalGetFd(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_events")]
    public static partial int JournalGetEvents(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_timeout")]
    public static partial int JournalGetTimeout(nint journal, out ulong monotonicMicroseconds);

    [LibraryImport(Library, EntryPoint = "sd_journal_process")]
    public static partial int JournalProcess(nint journal);
}
