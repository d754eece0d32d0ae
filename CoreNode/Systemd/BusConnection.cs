using System.Runtime.InteropServices;

namespace CoreNode.Systemd;

/// <summary>
/// One connection to systemd or a message bus, from opening to loss. Owned by one thread, which alone may touch an
/// sd_bus. Safety: each call, match and exported object gives the library a handle to a managed object, which is freed
/// when its answer came or, after the bus is closed and calls nobody any more, with the connection.
/// </summary>
internal sealed unsafe class BusConnection : IDisposable
{
    private readonly Dictionary<BusCall, GCHandle> _pending = [];
    private readonly List<GCHandle> _matches = [];
    private readonly List<BusVtable> _exports = [];
    private readonly HashSet<BusRequest> _requests = [];
    private readonly BusAddress _address;
    private nint _bus;

    private BusConnection(BusAddress address) => _address = address;

    /// <summary>Why it must end; null while it serves.</summary>
    public string? Fault { get; private set; }

    /// <summary>Calls that have no answer yet.</summary>
    public int Waiting => _pending.Count;

    /// <summary>Connects; that the other side answers shows only at the first call.</summary>
    /// <exception cref="IOException">Nobody listens there.</exception>
    public static BusConnection Open(BusAddress address)
    {
        BusConnection made = new(address);
        try
        {
            Check(address, LibSystemd.BusNew(out made._bus));
            Check(address, LibSystemd.BusSetAddress(made._bus, address.Text));
            if (address.IsBus)
                Check(address, LibSystemd.BusSetBusClient(made._bus, 1));
            Check(address, LibSystemd.BusStart(made._bus));
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Ends the connection from within; the loop notices.</summary>
    public void Abort(string reason) => Fault ??= reason;

    /// <summary>Sends a call; its answer comes while <see cref="Process"/> runs.</summary>
    public void Send(BusCall call)
    {
        nint message = 0;
        try
        {
            int result = LibSystemd.MessageNewMethodCall(
                _bus, out message, _address.IsBus ? call.Method.Destination : null, call.Path, call.Method.Interface,
                call.Method.Member);
            if (result >= 0)
            {
                call.Write(new BusWriter(message));
                result = SendMessage(message, call);
            }

            if (result < 0)
                call.Fail("org.corenode.Error.NotSent", $"{call.Method.Member} cannot be sent: {Reason(result)}");
        }
        catch (FormatException odd)
        {
            call.Fail("org.corenode.Error.NotSent", $"{call.Method.Member}: {odd.Message}");
        }
        finally
        {
            if (message != 0)
                LibSystemd.MessageUnref(message);
        }
    }

    /// <summary>Has the handler called for each signal of systemd that the rule takes.</summary>
    public void OnSignal(string rule, BusRead handler) => AddMatch(
        _address.IsBus ? $"type='signal',sender='{BusAddress.SystemdName}',{rule}" : $"type='signal',{rule}", handler);

    /// <summary>Has the handler called for each signal of the owner of that name that the rule takes.</summary>
    public void OnSignalOf(string sender, string rule, BusRead handler) =>
        AddMatch($"type='signal',sender='{sender}',{rule}", handler);

    /// <summary>Ends the connection when systemd leaves the bus: what it promised went with its connection.</summary>
    public void AbortWhenSystemdLeaves()
    {
        if (!_address.IsBus)
            return;
        AddMatch(
            "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
            + $"interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{BusAddress.SystemdName}'",
            reader =>
            {
                // Name, owner before, owner now: nobody before it comes, which early in a start it does after us.
                reader.ReadString();
                if (reader.ReadString().Length > 0)
                    Abort("systemd left the message bus");
            });
    }

    /// <summary>Has an object's methods be called from now on, as long as the connection lasts.</summary>
    public void Export(BusObject exported)
    {
        BusVtable table = new(exported.Members, &OnRequest, new Exporting(this, exported));
        _exports.Add(table);
        int result = LibSystemd.BusAddObjectVtable(
            _bus, 0, exported.Path, exported.Interface, table.Entries, table.Handle);
        if (result < 0)
            Abort($"{exported.Path} cannot be served: {Reason(result)}");
    }

    /// <summary>Sends a signal of an object to whoever listens.</summary>
    public void Emit(BusObject exported, string member, BusWrite write)
    {
        nint message = 0;
        try
        {
            int result = LibSystemd.MessageNewSignal(
                _bus, out message, exported.Path, exported.Interface, member);
            if (result >= 0)
            {
                write(new BusWriter(message));
                result = LibSystemd.BusSend(_bus, message, 0);
            }

            if (result < 0)
                Abort($"{member} cannot be sent: {Reason(result)}");
        }
        finally
        {
            if (message != 0)
                LibSystemd.MessageUnref(message);
        }
    }

    /// <summary>The request has its answer and is not kept any longer; false if it was not any more.</summary>
    internal bool Settle(BusRequest request) => _requests.Remove(request);

    /// <summary>Handles what has come; false once the connection is lost, <see cref="Fault"/> says why.</summary>
    public bool Process()
    {
        int result;
        do
        {
            result = LibSystemd.BusProcess(_bus, 0);
        }
        while (result > 0 && Fault is null);
        if (result < 0)
            Abort(Reason(result));
        return Fault is null;
    }

    /// <summary>Sleeps until something comes, a call times out or the event is set.</summary>
    public void Wait(WakeEvent wake)
    {
        ulong until = ulong.MaxValue;
        if (LibSystemd.BusGetTimeout(_bus, out ulong timeout) > 0)
            until = timeout;
        wake.Wait(
            LibSystemd.BusGetFd(_bus), LibSystemd.BusGetEvents(_bus), KernelCalls.MillisecondsUntil(until));
    }

    public void Dispose()
    {
        foreach (BusRequest request in _requests)
            request.Forget();
        _requests.Clear();
        if (_bus != 0)
            LibSystemd.BusCloseUnref(_bus);
        _bus = 0;
        foreach ((BusCall call, GCHandle handle) in _pending)
        {
            handle.Free();
            call.Fail(
                BusException.Lost, $"{call.Method.Member} was not answered: {Fault ?? "the connection was closed"}");
        }

        _pending.Clear();
        foreach (GCHandle handle in _matches)
            handle.Free();
        _matches.Clear();
        foreach (BusVtable table in _exports)
            table.Dispose();
        _exports.Clear();
    }

    private int SendMessage(nint message, BusCall call)
    {
        GCHandle handle = GCHandle.Alloc(new WaitingCall(this, call));
        _pending.Add(call, handle);
        int result = LibSystemd.BusCallAsync(
            _bus, 0, message, &OnReply, GCHandle.ToIntPtr(handle), (ulong)call.Method.Timeout.TotalMicroseconds);
        if (result >= 0)
            return result;
        _pending.Remove(call);
        handle.Free();
        return result;
    }

    private void AddMatch(string rule, BusRead handler)
    {
        GCHandle handle = GCHandle.Alloc(new Matching(this, handler));
        _matches.Add(handle);
        int result = LibSystemd.BusAddMatchAsync(_bus, 0, rule, &OnMatch, 0, GCHandle.ToIntPtr(handle));
        if (result < 0)
            Abort($"signals cannot be asked for: {Reason(result)}");
    }

    private static string Reason(int result) => result switch
    {
        -104 or -32 or -107 => "the other side closed the connection",
        _ => Marshal.GetPInvokeErrorMessage(-result),
    };

    private static void Check(BusAddress address, int result)
    {
        if (result < 0)
            throw new IOException($"{address.Text}: {Reason(result)}");
    }

    [UnmanagedCallersOnly]
    private static int OnReply(nint message, nint userdata, BusError* error)
    {
        GCHandle handle = GCHandle.FromIntPtr(userdata);
        WaitingCall waiting = (WaitingCall)handle.Target!;
        waiting.Owner._pending.Remove(waiting.Call);
        handle.Free();
        try
        {
            BusError* failure = LibSystemd.MessageGetError(message);
            if (failure is null)
            {
                waiting.Call.Answer(new BusReader(message));
            }
            else
            {
                waiting.Call.Fail(
                    Marshal.PtrToStringUTF8(failure->Name) ?? "", Marshal.PtrToStringUTF8(failure->Message) ?? "");
            }
        }
        catch (Exception fault)
        {
            // Nothing may leave a callback that native code called: the process would end.
            waiting.Owner.Abort(fault.Message);
        }

        return 1;
    }

    [UnmanagedCallersOnly]
    private static int OnMatch(nint message, nint userdata, BusError* error)
    {
        Matching matching = (Matching)GCHandle.FromIntPtr(userdata).Target!;
        try
        {
            matching.Handler(new BusReader(message));
        }
        catch (Exception fault)
        {
            matching.Owner.Abort(fault.Message);
        }

        return 0;
    }

    [UnmanagedCallersOnly]
    private static int OnRequest(nint message, nint userdata, BusError* error)
    {
        Exporting exporting = (Exporting)GCHandle.FromIntPtr(userdata).Target!;
        try
        {
            BusRequest request = new(exporting.Owner, message);
            exporting.Owner._requests.Add(request);
            exporting.Exported.Handle(request);
        }
        catch (Exception fault)
        {
            exporting.Owner.Abort(fault.Message);
        }

        return 1;
    }

    private sealed record Exporting(BusConnection Owner, BusObject Exported);

    private sealed record WaitingCall(BusConnection Owner, BusCall Call);

    private sealed record Matching(BusConnection Owner, BusRead Handler);
}
