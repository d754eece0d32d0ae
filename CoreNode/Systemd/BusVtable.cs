using System.Runtime.InteropServices;
using System.Text;

namespace CoreNode.Systemd;

/// <summary>
/// A table of methods and signals as sd-bus reads it (sd_bus_vtable of sd-bus-vtable.h). Safety: table and strings are
/// the library's to read until the bus is closed, and are freed only then, by the connection.
/// </summary>
internal sealed unsafe class BusVtable : IDisposable
{
    private const char Start = '<';
    private const char Method = 'M';
    private const char Signal = 'S';
    private const char End = '>';

    // The bus' policy says who may call, not the privileges of the caller (SD_BUS_VTABLE_UNPRIVILEGED).
    private const ulong Unprivileged = 1UL << 2;

    // The names of arguments are there (_SD_BUS_VTABLE_PARAM_NAMES).
    private const nint HasNames = 1;

    private readonly List<nint> _strings = [];
    private readonly GCHandle _target;
    private Entry* _entries;

    /// <summary>Makes a table; each method calls <paramref name="onCall"/> with a handle to the target.</summary>
    /// <exception cref="DllNotFoundException">The library is not installed.</exception>
    public BusVtable(
        IReadOnlyList<BusMember> members, delegate* unmanaged<nint, nint, BusError*, int> onCall, object target)
    {
        nint format = LibSystemd.ObjectVtableFormat;
        _entries = (Entry*)NativeMemory.AllocZeroed((nuint)members.Count + 2, (nuint)sizeof(Entry));
        _entries[0] = new Entry { Head = Start, A = sizeof(Entry), B = HasNames, C = format };
        for (int i = 0; i < members.Count; i++)
            _entries[i + 1] = Make(members[i], (nint)onCall);
        _entries[members.Count + 1] = new Entry { Head = End };
        _target = GCHandle.Alloc(target);
    }

    /// <summary>The table.</summary>
    public void* Entries => _entries;

    /// <summary>What the methods are called with.</summary>
    public nint Handle => GCHandle.ToIntPtr(_target);

    public void Dispose()
    {
        if (_entries is null)
            return;
        NativeMemory.Free(_entries);
        _entries = null;
        foreach (nint text in _strings)
            Marshal.FreeCoTaskMem(text);
        _strings.Clear();
        _target.Free();
    }

    // Methods: name, arguments, answer, handler, offset, names. Signals: name, arguments, names.
    private Entry Make(BusMember member, nint onCall) => member.IsSignal
        ? new Entry
        {
            Head = Signal,
            A = Text(member.Name),
            B = Text(member.Signature),
            C = Text(Names(member.Names)),
        }
        : new Entry
        {
            Head = Method | (Unprivileged << 8),
            A = Text(member.Name),
            B = Text(""),
            C = Text(member.Signature),
            D = onCall,
            E = 0,
            F = Text(Names(member.Names)),
        };

    // Each ends with a zero byte, and the list with an empty one.
    private static string Names(IReadOnlyList<string> names)
    {
        StringBuilder text = new();
        foreach (string name in names)
            text.Append(name).Append('\0');
        return text.ToString();
    }

    private nint Text(string text)
    {
        nint copy = Marshal.StringToCoTaskMemUTF8(text);
        _strings.Add(copy);
        return copy;
    }

    private struct Entry
    {
        public ulong Head;
        public nint A;
        public nint B;
        public nint C;
        public nint D;
        public nint E;
        public nint F;
    }
}
