namespace CoreNode.Tests.Updates.Payload;

/// <summary>
/// A field of a protobuf message, read by the published encoding and with nothing of the product: messages are trees
/// of these.
/// </summary>
/// <param name="Number">The field's number.</param>
/// <param name="Value">A number.</param>
/// <param name="Bytes">Or bytes.</param>
internal sealed record ReferenceField(int Number, ulong Value, byte[] Bytes)
{
    /// <summary>All fields of a message, in their order.</summary>
    public static List<ReferenceField> Read(byte[] message)
    {
        List<ReferenceField> fields = [];
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = Varint(message, ref at);
            int number = (int)(tag / 8);
            switch (tag % 8)
            {
                case 0:
                    fields.Add(new(number, Varint(message, ref at), []));
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    fields.Add(new(number, 0, message[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    fields.Add(new(number, BitConverter.ToUInt32(message, at), []));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag % 8}");
            }
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = message[at++];
            value |= (ulong)(part & 127) << shift;
            if (part < 128)
                return value;
        }
    }
}
