namespace CoreNode.Overlay.Links;

/// <summary>Those of the kernel's error numbers that mean something here (errno(3)).</summary>
internal static class ErrorNumbers
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int Invalid = 22;
    public const int ReadOnlyFiles = 30;
    public const int NoProtocol = 93;
    public const int NotSupported = 95;
    public const int NoFamily = 97;
    public const int AddressInUse = 98;
    public const int NoAddress = 99;
    public const int Unreachable = 101;
    public const int NoBuffers = 105;
    public const int HostUnreachable = 113;
}
