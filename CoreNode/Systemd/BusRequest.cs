using System.Runtime.InteropServices;

namespace CoreNode.Systemd;

/// <summary>
/// A call of a method that this process serves. Lives on the connection's thread, which alone may answer it; it may do
/// so later. An answer after the connection has ended goes nowhere. Safety: the message is kept until the answer or the
/// connection's end, whichever is first, and let go of once.
/// </summary>
internal sealed unsafe class BusRequest
{
    private readonly BusConnection _owner;
    private readonly nint _message;

    public BusRequest(BusConnection owner, nint message)
    {
        _owner = owner;
        _message = LibSystemd.MessageRef(message);
        Member = Marshal.PtrToStringUTF8(LibSystemd.MessageGetMember(message)) ?? "";
    }

    /// <summary>The method that is called.</summary>
    public string Member { get; }

    /// <summary>Answers with what <paramref name="write"/> writes; null: with nothing.</summary>
    public void Answer(BusWrite? write = null)
    {
        if (!_owner.Settle(this))
            return;
        nint answer = 0;
        try
        {
            int result = LibSystemd.MessageNewMethodReturn(_message, out answer);
            if (result < 0)
                return;
            write?.Invoke(new BusWriter(answer));
            _ = LibSystemd.BusSend(0, answer, 0);
        }
        finally
        {
            if (answer != 0)
                LibSystemd.MessageUnref(answer);
            LibSystemd.MessageUnref(_message);
        }
    }

    /// <summary>Answers with an error.</summary>
    public void Refuse(string name, string text)
    {
        if (!_owner.Settle(this))
            return;
        BusError error = new()
        {
            Name = Marshal.StringToCoTaskMemUTF8(name),
            Message = Marshal.StringToCoTaskMemUTF8(text),
        };

        // The library copies both; what it cannot send, the caller's own deadline ends.
        _ = LibSystemd.ReplyMethodError(_message, &error);
        Marshal.FreeCoTaskMem(error.Name);
        Marshal.FreeCoTaskMem(error.Message);
        LibSystemd.MessageUnref(_message);
    }

    /// <summary>The connection ends without an answer.</summary>
    internal void Forget() => LibSystemd.MessageUnref(_message);
}
