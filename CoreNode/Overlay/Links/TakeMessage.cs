namespace CoreNode.Overlay.Links;

/// <summary>Takes a message of the kernel: its type and what follows the header.</summary>
internal delegate void TakeMessage(ushort type, ReadOnlySpan<byte> body);
