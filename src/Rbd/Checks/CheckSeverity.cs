namespace CurveRbd.Rbd;

/// <summary>How bad a finding is.</summary>
public enum CheckSeverity
{
    /// <summary>Work that goes on by itself when the image is used; nothing is wrong.</summary>
    Pending,

    /// <summary>Something was cut short and takes up space or names. A repair finishes or undoes it.</summary>
    Leftover,

    /// <summary>Records and volumes contradict each other: something was changed or lost outside of CurveRbd.</summary>
    Damage,
}
