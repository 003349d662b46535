declare const brand: unique symbol;

/** `T` that went through the checked constructor named `B`. */
export type Brand<T, B extends string> = T & { readonly [brand]: B };
