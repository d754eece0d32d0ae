using System.Runtime.InteropServices;

namespace CoreNode.Systemd;

/// <summary>sd_bus_error of sd-bus.h: two C strings that the library owns.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BusError
{
    public nint Name;
    public nint Message;
    public int NeedsFree;
}
